// The Observatory's score of one page: node grade.mjs PACKAGE PORT PATH [COOKIE]. Prints JSON.
// Its own command takes neither a port, nor a path, nor a page that answers 404 or 500.

const [, , home, port, path, cookie] = process.argv;
const { retrieve } = await import(`${home}/src/retriever/retriever.js`);
const { ALL_TESTS } = await import(`${home}/src/constants.js`);
const { getScoreModifier } = await import(`${home}/src/grader/grader.js`);
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await import(`${home}/src/grader/charts.js`);

const headers = ["Accept: text/html,*/*;q=0.8", ...(cookie ? [`Cookie: ${cookie}`] : [])];
const found = await retrieve("localhost", { httpPort: port, httpsPort: port, path, headers });
if (!found.responses.auto) throw new Error("no answer");
const results = ALL_TESTS.map((test) => test(found)).filter((each) => each.result);
const points = results.map((each) => getScoreModifier(each.result));
const lost = points.filter((each) => each < 0).reduce((sum, each) => sum + each, 100);
const all = points.reduce((sum, each) => sum + each, 100);
const score = lost >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? all : lost;
const said = results.map((each, i) => [each.constructor.name, each.result, points[i]]);
console.log(JSON.stringify({ score, status: found.responses.auto.status, said }));
process.exit(0);
