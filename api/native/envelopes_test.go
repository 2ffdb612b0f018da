package native_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/apitest"
	"parley/internal/eventstore"
)

func TestShapesOfAnswers(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann")
	group := ann.Group("g")
	message := ann.Send(group, "x")
	s.Run(t, "CH-001 answers are JSON, a 204 has no body", func(t *testing.T) {
		require.Contains(t, ann.Get(channels).Header.Get("Content-Type"), "application/json")
		a := ann.Put(apitest.Block("bob"), nil).Want(204)
		require.Empty(t, a.Body)
		require.Empty(t, a.Header.Get("Content-Type"))
	})
	s.Run(t, "CH-008 a refusal says data null, code, message and request id", func(t *testing.T) {
		a := ann.Get("/nothing", "X-Request-Id: r-1").Want(404)
		var body map[string]map[string]string
		require.NoError(t, json.Unmarshal(a.Body, &body))
		require.Nil(t, body["data"])
		require.Equal(t, "r-1", body["error"]["request_id"])
		require.Equal(t, "NOT_FOUND", body["error"]["code"])
	})
	s.Run(t, "CH-009 successes are bare", func(t *testing.T) {
		ann.Get(channels).Len()
		ann.Get(apitest.Members(group)).Len()
		require.Equal(t, group, ann.Get(apitest.Channel(group)).Text("id"))
		ann.Get(apitest.Messages(group)).Len("messages")
		require.NotContains(t, string(ann.Get(apitest.Messages(group, message)).Body), `"data"`)
	})
	s.Run(t, "CH-010 ids are text", func(t *testing.T) {
		require.Equal(t, group, ann.Get(channels).Text(0, "id"))
		require.Equal(t, message, ann.Get(channels).Text(0, "last_message_id"))
	})
	s.Run(t, "CH-012 times are whole seconds", func(t *testing.T) {
		now := s.Clock.Now().Unix()
		for _, at := range []int64{
			ann.Get(apitest.Channel(group)).Number("created_at"),
			ann.Get(apitest.Members(group)).Number(0, "joined_at"),
			ann.Get(apitest.Messages(group, message)).Number("created_at"),
		} {
			require.InDelta(t, now, at, 30)
		}
	})
}

func TestTombstones(t *testing.T) {
	s, app := open(t)
	ann := app.User("ann", "Ann")
	group := ann.Group("g")
	ids := []string{ann.Send(group, "one"), ann.Send(group, "two"), ann.Send(group, "three")}
	before := ann.Get(apitest.Messages(group, ids[1])).Want(200)
	remove(t, s, "demo", group, ids[1])
	s.Run(t, "CH-315 CH-317 a deleted message stays as a tombstone", func(t *testing.T) {
		for _, m := range []any{
			ann.Get(apitest.Messages(group, ids[1])).Want(200).At(),
			ann.Get(apitest.Messages(group)).At("messages", 1),
			ann.Get(apitest.Messages(group)+"?after="+ids[0]).At("messages", 0),
		} {
			require.Equal(t, map[string]any{
				"id": ids[1], "channel_id": group, "sender_id": "ann", "sender_name": "Ann", "body": "", "deleted": true,
				"attachments": []any{}, "inline_emotes": []any{}, "reactions": []any{}, "edited_at": nil,
				"created_at": before.At("created_at"),
			}, m)
		}
		require.Equal(t, 3, ann.Get(apitest.Messages(group)).Len("messages"))
	})
	s.Run(t, "CH-312 a cursor may be a deleted message", func(t *testing.T) {
		require.Equal(t, ids[:1], ann.Get(apitest.Messages(group)+"?before="+ids[1]).Texts("id", "messages"))
		require.Equal(t, ids[2:], ann.Get(apitest.Messages(group)+"?after="+ids[1]).Texts("id", "messages"))
	})
}

// remove deletes a message by its event.
func remove(t *testing.T, s *apitest.Server, app domain.AppID, channel, message string) {
	t.Helper()
	var c, m int64
	_, err := fmt.Sscan(channel+" "+message, &c, &m)
	require.NoError(t, err)
	typ, v, data, err := domain.EncodeEvent(domain.MessageDeleted{Version: m + 1, By: "ann"})
	require.NoError(t, err)
	_, err = s.Log.Append(context.Background(), eventstore.Write{
		Stream: domain.MessageStream(app, domain.ChannelID(c), domain.MessageID(m)), Expected: 0,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: typ, V: v, Data: data, Meta: map[string]string{
			domain.MetaApp: string(app), domain.MetaActor: "ann", domain.MetaActorKind: string(domain.ActorUser),
			domain.MetaTime: fmt.Sprint(s.Clock.Now().UnixMilli()),
		}}},
	})
	require.NoError(t, err)
}
