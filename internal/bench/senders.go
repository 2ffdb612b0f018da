package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
)

// senders are clients that send to a set of channels, each as a user of its
// own and to its own part of the channels in turn.
func (w *world) senders(ctx context.Context, t target, set channels, clients, serial int, once bool) (Load, error) {
	l := Load{Addr: t.addr, Want: http.StatusCreated}
	run := rand.Text()[:8] // a server that runs already may know keys of an earlier run
	for i := range clients {
		token, err := w.people.token(ctx, user(i))
		if err != nil {
			return l, err
		}
		var requests []*Send
		for _, c := range turn(i, clients, len(set)) {
			mark := fmt.Sprintf("%s-%d-%d", run, serial, i)
			requests = append(requests, NewSend(t.addr, messagesPath(set[c].on(t)), token, mark, once))
		}
		l.Clients = append(l.Clients, Client{Next: func(n int64) []byte {
			return requests[n%int64(len(requests))].Bytes(n)
		}})
	}
	return l, nil
}
