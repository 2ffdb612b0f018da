// Package tickets keeps the one-time tickets with which clients open sockets
// (CH-801, CH-802): browsers cannot send a header there, and a token in a URL
// would end in logs.
package tickets
