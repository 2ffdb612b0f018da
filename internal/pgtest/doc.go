// Package pgtest gives each test an empty PostgreSQL database.
//
// The server is the one of PARLEY_TEST_DATABASE_URL, or one embedded server
// per test process that starts with the first test that asks for it. It is
// fast and not durable; DurableURL is for tests that kill things.
//
// A package that uses it declares
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// so that the server stops and its folder goes when the tests are over.
package pgtest
