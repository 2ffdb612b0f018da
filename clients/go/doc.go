// Package parley is a client of parley's native API: requests that are safe to
// repeat, a live connection that resumes where it was cut, and an outbox for
// messages that are shown before they are acknowledged.
//
// A [Client] makes requests and repeats them, with the same once-key, until
// they are answered. A [Socket] hands on what happens in channels: each event
// once and in order, over any number of connections. An [Outbox] sends
// messages one after the other per channel and settles each exactly once.
//
// Times are unix seconds and ids are text; both are 0 or empty where the
// API says null. The wire types are made of api/openapi.yaml, those of
// administration excepted. Rows such as CH-306 are those of
// docs/contracts/channels.md.
package parley

//go:generate go tool -modfile=../../tools/go.mod oapi-codegen -config oapi-codegen.yaml -o types.gen.go ../../api/openapi.yaml
