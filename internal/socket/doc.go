// Package socket is a WebSocket as the server sees it: complete text messages
// in, prepared frames out through a bounded queue. It knows nothing of what the
// frames say.
package socket
