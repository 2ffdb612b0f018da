// Package presence turns the sockets of this node into events of who is in
// which channel: few of them, however often sockets come and go. What a node
// leaves behind that has gone, another one clears away.
package presence
