"""An organisation taken out as one encrypted file, and put in again elsewhere."""
