"""What a supervisor says about a session. They clean values and never save."""

from django import forms

from people.forms import TextField, read_number

WHAT_TO_WRITE = "Write what to look at: a session is sent back with a comment."


class ApproveForm(forms.Form):
    """A word to take along; `version` is the one that was read, 0 when it was lost."""

    comment = TextField(
        label="Comment",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "data-key": "s"}),
        error_messages={
            "required": WHAT_TO_WRITE,
            "max_length": "Keep the comment to 4000 characters.",
        },
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_version(self) -> int:
        return read_number(self.cleaned_data["version"])


class SendBackForm(ApproveForm):
    """The same, where the comment says what to look at."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["comment"].required = True
