// Package memory is the event log in the memory of one process, with the
// semantics of the durable adapters. Tests of commands use it.
package memory
