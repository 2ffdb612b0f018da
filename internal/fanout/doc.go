// Package fanout hands what happens in channels to those who have subscribed
// on this node. It learns from the log which channels are touched, waits until
// the read models show it, reads the channel's log once for all and has each
// wire format rendered once. It has no wire format of its own.
package fanout
