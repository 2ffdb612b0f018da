package parley_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	parley "parley/clients/go"
)

func TestAnOutboxSendsInOrderAndSettlesOnce(t *testing.T) {
	s := newScript(t)
	var mu sync.Mutex
	kept, failed := map[string][]string{}, map[string]bool{}
	s.answer = func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var m parley.NewMessage
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		key := r.Header.Get("Idempotency-Key")
		switch {
		case m.Body == "bad":
			refusal(w, http.StatusBadRequest, "CHAT_EMPTY_MESSAGE")
			return
		case !failed[key]:
			failed[key] = true
			refusal(w, http.StatusServiceUnavailable, "UNAVAILABLE")
			return
		}
		channel := strings.Split(r.URL.Path, "/")[3]
		kept[channel] = append(kept[channel], m.Body)
		fmt.Fprintf(w, `{"id":"%s"}`, m.Body)
	}
	settled := map[*parley.Outgoing]int{}
	b := parley.NewOutbox(t.Context(), s.client(), func(o *parley.Outgoing) {
		mu.Lock()
		defer mu.Unlock()
		settled[o]++
	})
	defer b.Close()
	var sent []*parley.Outgoing
	for n := range 20 {
		sent = append(sent, b.Send([]string{"7", "8"}[n%2], parley.NewMessage{Body: fmt.Sprint(n)}))
	}
	bad := b.Send("7", parley.NewMessage{Body: "bad"})
	for n, o := range sent {
		m, err := o.Result()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(n), m.ID)
	}
	_, err := bad.Result()
	require.True(t, parley.IsRefused(err, "CHAT_EMPTY_MESSAGE"), "%v", err)
	for n := range 50 { // the sender of the channel has gone, or is about to
		o := b.Send("9", parley.NewMessage{Body: fmt.Sprint(n)})
		select {
		case <-o.Done():
		case <-time.After(patience):
			t.Fatalf("message %d is not sent", n)
		}
	}
	b.Close()
	require.Equal(t, "0 2 4 6 8 10 12 14 16 18", strings.Join(kept["7"], " "))
	require.Equal(t, "1 3 5 7 9 11 13 15 17 19", strings.Join(kept["8"], " "))
	require.Len(t, settled, 71)
	for _, n := range settled {
		require.Equal(t, 1, n)
	}
}

func TestTheEndOfAnOutboxSettlesWhatIsLeft(t *testing.T) {
	s := newScript(t)
	arrived := make(chan struct{}, 100)
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		refusal(w, http.StatusServiceUnavailable, "UNAVAILABLE")
		arrived <- struct{}{}
	}
	b := parley.NewOutbox(t.Context(), s.client(), nil)
	first, second := b.Send("7", parley.NewMessage{Body: "1"}), b.Send("7", parley.NewMessage{Body: "2"})
	<-arrived
	b.Close()
	for _, o := range []*parley.Outgoing{first, second} {
		_, err := o.Result()
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err := b.Send("7", parley.NewMessage{Body: "3"}).Result()
	require.ErrorIs(t, err, parley.ErrClosed)
}
