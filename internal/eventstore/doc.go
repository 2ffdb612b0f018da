// Package eventstore is the port to the event log, the only truth of the
// service: streams of events under a total order of positions. Adapters live
// below it (memory, postgres); storetest is the contract that all of them
// pass. Nothing here knows what a chat is.
package eventstore
