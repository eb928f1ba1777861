// Reads CSAF documents from standard input, one JSON text on each line, and answers with a line for each: a list of
// what is wrong with it. One process for all of them, since loading the library takes longer than the tests.
import { createInterface } from 'node:readline'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as schemas from '@secvisogram/csaf-validator-lib/schemaTests.js'

const tests = [schemas.csaf_2_0_strict, ...Object.values(mandatory)]

for await (const line of createInterface({ input: process.stdin })) {
  const document = JSON.parse(line)
  const wrong = []
  for (const test of tests) {
    const result = await test(document)
    if (result.isValid === false) {
      wrong.push({ test: test.name, errors: result.errors })
    }
  }
  console.log(JSON.stringify(wrong))
}
