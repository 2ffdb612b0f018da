// Package contract holds the rows of the API contracts against the tests that
// name them. Its test writes docs/contract.md, and fails when that page is not
// up to date or a row that is served has no test.
package contract
