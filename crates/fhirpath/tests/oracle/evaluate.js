// Evaluates expressions with fhirpath.js for tests/oracle.rs: a request on each line of stdin, its answer on a line of
// stdout. A request names a file or holds a resource; its tasks are
// [path of the focus, path of %resource, path of %rootResource, type of the focus or null, expression].
'use strict';
const fs = require('fs');
const readline = require('readline');
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

// trace() writes there, and stdout is for answers.
console.log = () => {};

const compiled = new Map();

function compile(type, expression) {
  const key = `${type} ${expression}`;
  if (!compiled.has(key)) {
    compiled.set(key, fhirpath.compile(type ? { base: type, expression } : expression, r4));
  }
  return compiled.get(key);
}

function at(root, path) {
  return path.reduce((value, step) => value[step], root);
}

function plain(value) {
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined) return null;
  if (value !== null && typeof value === 'object' && value.constructor !== Object && !Array.isArray(value)) {
    return String(value);
  }
  return value;
}

function run(root, [focus, resource, rootResource, type, expression]) {
  try {
    const variables = { resource: at(root, resource), rootResource: at(root, rootResource) };
    const values = compile(type, expression)(at(root, focus), variables);
    return { values: values.map(plain) };
  } catch (error) {
    return { error: String(error.message || error) };
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  const root = request.resource || JSON.parse(fs.readFileSync(request.file, 'utf8'));
  process.stdout.write(JSON.stringify(request.tasks.map((task) => run(root, task))) + '\n');
});
