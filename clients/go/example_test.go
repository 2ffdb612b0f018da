package parley_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/coder/websocket"

	parley "parley/clients/go"
)

// lobby stands for a server in these examples: a channel 7 in which Bob says
// hello to everybody who comes.
func lobby() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/channels/7/messages", func(w http.ResponseWriter, r *http.Request) {
		m := parley.Message{ID: "42", ChannelID: "7", SenderID: "ann"}
		_ = json.NewDecoder(r.Body).Decode(&m)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(m)
	})
	mux.HandleFunc("POST /v1/auth/ws-ticket", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"ticket":"wst_1","expires_at":1795868960}}`)
	})
	mux.HandleFunc("GET /v1/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		_, _, err = conn.Read(context.Background())
		for _, f := range []string{
			`{"type":"subscribed","data":{"channel_id":"7","last_message_id":null,"seq":1}}`,
			`{"type":"message","event_id":"7-2","seq":2,"data":{"id":"41","channel_id":"7","sender_name":"Bob","body":"Hello"}}`,
		} {
			if err == nil {
				err = conn.Write(context.Background(), websocket.MessageText, []byte(f))
			}
		}
		_, _, _ = conn.Read(context.Background()) // until the client goes
	})
	return httptest.NewServer(mux)
}

// token stands for the host application, which signs a JWT for the user.
func token(context.Context) (string, error) { return "a JWT", nil }

func ExampleClient() {
	server := lobby()
	defer server.Close()

	client := &parley.Client{URL: server.URL, Token: token}
	m, err := client.Send(context.Background(), "7", "", parley.NewMessage{Body: "Shall we meet at ten?"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.ID, m.Body)
	// Output: 42 Shall we meet at ten?
}

func ExampleSocket() {
	server := lobby()
	defer server.Close()

	ctx, leave := context.WithCancel(context.Background())
	socket := &parley.Socket{
		Client: &parley.Client{URL: server.URL, Token: token},
		Event: func(e parley.Event) {
			if m, ok := e.Data.(*parley.Message); ok && e.Type == "message" {
				fmt.Printf("%s: %s\n", m.SenderName, m.Body)
				leave()
			}
		},
		Discontinuity: func(d parley.Discontinuity) { fmt.Println("read the history of", d.Channel) },
	}
	socket.Subscribe("7")
	fmt.Println(socket.Run(ctx))
	// Output:
	// Bob: Hello
	// context canceled
}

func ExampleNewOutbox() {
	server := lobby()
	defer server.Close()

	client := &parley.Client{URL: server.URL, Token: token}
	outbox := parley.NewOutbox(context.Background(), client, nil)
	defer outbox.Close()

	o := outbox.Send("7", parley.NewMessage{Body: "On my way"})
	fmt.Println("sending:", o.Message.Body)
	m, err := o.Result() // a program with a screen takes the callback instead
	fmt.Println("sent:", m.ID, err)
	// Output:
	// sending: On my way
	// sent: 42 <nil>
}
