package native_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/apitest"
)

// TestWhatStandsStillIsMarked: an event that cannot be applied parks its
// channel in one projection. Reads of it say so; whoever has written there
// since is refused instead of being shown less.
func TestWhatStandsStillIsMarked(t *testing.T) {
	alone, nodes := apitest.Open(t), apitest.Nodes(t, 2)
	for where, at := range map[string][2]*apitest.Server{"one node": {alone, alone}, "a node that follows": {nodes[0], nodes[1]}} {
		s, there := at[0], at[1] // where it is written, where it is read
		app := s.App("demo")
		writer := app.User("ann")
		ann, bob, cid := writer.On(there), app.User("bob").On(there), app.User("cid").On(there)
		room, other := ann.Room("r"), ann.Room("other")
		for _, r := range []string{room, other} {
			for _, u := range []string{"bob", "cid"} {
				ann.Post(apitest.Members(r), fmt.Sprintf(`{"user_id":%q}`, u)).Want(201)
			}
		}
		kept := writer.Send(room, "kept")
		poisoned := s.Poison("message-demo."+room+"."+kept, "MessageEdited")
		mark := fmt.Sprintf("timeline@%d", poisoned)
		marked := func(t *testing.T, a *apitest.Answer) {
			t.Helper()
			require.Equal(t, mark, a.Want(200).Header.Get("Parley-Stale"))
		}
		s.Run(t, where+": CH-020 what was there before is shown, marked", func(t *testing.T) {
			page := bob.Get(apitest.Messages(room))
			marked(t, page)
			require.Equal(t, "kept", page.Text("messages", 0, "body"))
			marked(t, bob.Get(apitest.Messages(room, kept)))
			marked(t, bob.Get(apitest.Channel(room)))
			marked(t, bob.Get(channels))
		})
		sent := writer.Post(apitest.Messages(room), `{"body":"not yet seen"}`).Want(201)
		s.Run(t, where+": CH-020 the writer is not shown a state without the write", func(*testing.T) {
			a := ann.Get(apitest.Messages(room)).Refused(503, "UNAVAILABLE")
			require.NotEmpty(t, a.Header.Get("Retry-After"))
			ann.Get(apitest.Channel(room)).Refused(503, "UNAVAILABLE")
			marked(t, ann.Get(channels))
			marked(t, cid.Get(apitest.Messages(room)))
		})
		s.Run(t, where+": CH-028 nor is who names its position", func(*testing.T) {
			bob.Get(apitest.Messages(room), "Parley-Min-Position: "+sent.Position()).Refused(503, "UNAVAILABLE")
		})
		s.Run(t, where+": the rest goes on", func(t *testing.T) {
			id := writer.Send(other, "seen")
			for _, u := range []*apitest.User{ann, bob} {
				page := u.Get(apitest.Messages(other)).Want(200)
				require.Equal(t, id, page.Text("messages", 0, "id"))
				require.Empty(t, page.Header.Get("Parley-Stale"))
				require.Empty(t, u.Get(apitest.Members(room)).Want(200).Header.Get("Parley-Stale"), "the directory is whole")
			}
		})
		s.Run(t, where+": CH-021 the node is ready and says so", func(t *testing.T) {
			ready := there.Anybody().Get("/readyz").Want(200)
			require.Contains(t, ready.Text("notes", "projections"), fmt.Sprintf("timeline: 1 parked, the first at position %d", poisoned))
		})
	}
}
