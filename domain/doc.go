// Package domain holds the facts and the rules of the chat; it imports
// nothing of ours, reads no clock and does no I/O.
//
// Seven words name everything in the repository: an event is something that
// happened; state is what the rules of one aggregate must know, folded from
// its events; a rule is a method on state that refuses a request or answers
// the events that follow; a command carries a wish out; a projection keeps
// tables in step with the log; a query reads them; a dialect speaks one
// foreign vocabulary over commands and queries.
//
// Each aggregate owns its streams:
//
//	app-<app>                          App
//	user-<app>.<user>                  User
//	channel-<app>.<channel>            Channel
//	message-<app>.<channel>.<message>  Message
//	reads-<app>.<channel>.<user>       ReadCursor
//	presence-<app>.<channel>           Presence, of each node
//	presence-<app>.node-<node>         Connections
//
// Personal text is sealed from the first event on: see Secret.
package domain
