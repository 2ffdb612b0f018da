package commands_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// watched is a log that notes which messages are read.
type watched struct {
	eventstore.Log
	mu   sync.Mutex
	read []string
}

func (l *watched) ReadStream(ctx context.Context, stream string, from eventstore.Revision) iter.Seq2[eventstore.Recorded, error] {
	if strings.HasPrefix(stream, "message-") {
		l.mu.Lock()
		l.read = append(l.read, stream)
		l.mu.Unlock()
	}
	return l.Log.ReadStream(ctx, stream, from)
}

// reads are the messages that were read since it was asked last.
func (l *watched) reads() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	read := l.read
	l.read = nil
	return read
}

func reply(by domain.UserID, c domain.ChannelID, refs ...domain.MessageID) commands.SendMessage {
	m := say(by, c, "reply")
	m.Refs = refs
	return m
}

func TestAMessageRefersToWhatIsOrWasInItsChannel(t *testing.T) {
	log := &watched{Log: memory.New()}
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c, other := newGroup(t, here, "ann", "bob"), newGroup(t, here, "ann")
	one, gone, elsewhere := sent(t, here, "ann", c), sent(t, here, "ann", c), sent(t, here, "ann", other)
	_, err := here.DeleteMessage(ctx, commands.DeleteMessage{By: user("ann"), Channel: c, Message: gone})
	require.NoError(t, err)
	log.reads()

	_, err = here.SendMessage(ctx, reply("bob", c, one, gone))
	require.NoError(t, err, "CH-327")
	require.Equal(t, []string{domain.MessageStream(app, c, one)}, log.reads(), "what this node has folded is not read")
	_, err = here.SendMessage(ctx, reply("bob", c, one, gone))
	require.NoError(t, err)
	require.Empty(t, log.reads(), "once is enough")
	_, err = there.SendMessage(ctx, reply("bob", c, one, gone))
	require.NoError(t, err)

	head := count(t, log)
	for _, s := range []*commands.Service{here, there} {
		for what, id := range map[string]domain.MessageID{"another channel's": elsewhere, "unknown": one + 1<<40} {
			_, err := s.SendMessage(ctx, reply("bob", c, one, id))
			require.ErrorIs(t, err, domain.ErrMessageNotFound, "CH-327 %s", what)
			_, err = s.EditMessage(ctx, commands.EditMessage{By: user("ann"), Channel: c, Message: one, Text: "x", Refs: []domain.MessageID{id}})
			require.ErrorIs(t, err, domain.ErrMessageNotFound, "CH-327 %s", what)
		}
	}
	log.reads()
	_, err = here.SendMessage(ctx, reply("eve", c, 1, 2, 3))
	require.ErrorIs(t, err, domain.ErrNotMember)
	_, err = here.SendMessage(ctx, reply("bob", c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
	require.ErrorIs(t, err, domain.ErrInvalidRequest)
	require.Empty(t, log.reads(), "nothing is looked up for a request that is refused anyway")
	require.Equal(t, head, count(t, log))
}

// TestAReferenceToAMessageOfThisMomentIsSeen: the other node's tail may not
// have heard of it.
func TestAReferenceToAMessageOfThisMomentIsSeen(t *testing.T) {
	log := newFaulty()
	k := newKeys()
	here := node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann")
	one := sent(t, here, "ann", c)
	log.deaf = true
	there := node(t, log, k, 0)
	_, err := there.SendMessage(ctx, reply("ann", c, one+1<<40))
	require.ErrorIs(t, err, domain.ErrMessageNotFound)
	for range 3 {
		_, err = there.SendMessage(ctx, reply("ann", c, sent(t, here, "ann", c)))
		require.NoError(t, err)
	}
}

func TestAReferenceThatIsKnownIsNotLookedUp(t *testing.T) {
	log := &watched{Log: memory.New()}
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann", "bob")
	last := sent(t, s, "ann", c)
	for range 20 {
		m := say("ann", c, "hello")
		m.Refs, m.Known = []domain.MessageID{last}, []domain.MessageID{last}
		out, err := s.SendMessage(ctx, m)
		require.NoError(t, err)
		last = domain.MessageID(out.ID)
	}
	require.Empty(t, log.reads())
}

func TestWhatAMessageCarriesIsPartOfTheRequest(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann")
	one := sent(t, s, "ann", c)
	file := domain.NewAttachment{Attachment: domain.Attachment{Asset: "5", Type: "image/png", Size: 7}, File: "a.png"}
	request := func(change func(*commands.SendMessage)) commands.SendMessage {
		m := reply("ann", c, one)
		m.Mentions, m.Attachments = []domain.UserID{"bob"}, []domain.NewAttachment{file}
		m.Emotes = []domain.InlineEmote{{Shortcode: "b", Asset: "2", Start: 1, End: 2}, {Shortcode: "a", Asset: "1", Start: 0, End: 1}}
		change(&m)
		return once(m, "key")
	}
	first, err := s.SendMessage(ctx, request(func(*commands.SendMessage) {}))
	require.NoError(t, err)
	again, err := s.SendMessage(ctx, request(func(m *commands.SendMessage) { m.Emotes[0], m.Emotes[1] = m.Emotes[1], m.Emotes[0] }))
	require.NoError(t, err)
	require.True(t, again.Repeated, "CH-306 CH-520 emotes in whichever order")
	require.Equal(t, first.ID, again.ID)
	for what, change := range map[string]func(*commands.SendMessage){
		"ref":                 func(m *commands.SendMessage) { m.Refs = nil },
		"mention":             func(m *commands.SendMessage) { m.Mentions = []domain.UserID{"cid"} },
		"emote":               func(m *commands.SendMessage) { m.Emotes[0].Asset = "3" },
		"no attachment":       func(m *commands.SendMessage) { m.Attachments = nil },
		"name of the file":    func(m *commands.SendMessage) { m.Attachments[0].File = "b.png" },
		"size":                func(m *commands.SendMessage) { m.Attachments[0].Size++ },
		"asset":               func(m *commands.SendMessage) { m.Attachments[0].Asset = "6" },
		"type":                func(m *commands.SendMessage) { m.Attachments[0].Type = "image/gif" },
		"a second attachment": func(m *commands.SendMessage) { m.Attachments = append(m.Attachments, other(file)) },
	} {
		_, err := s.SendMessage(ctx, request(change))
		require.ErrorIs(t, err, domain.ErrIdempotencyReused, "CH-306 %s", what)
	}
	e := recorded(t, log, domain.MessageStream(app, c, domain.MessageID(first.ID)))[0].Event.(domain.MessageSent)
	require.Equal(t, []domain.Attachment{file.Attachment}, e.Attachments)
	require.Equal(t, `1|{"text":"reply","emotes":[{"shortcode":"a","asset":"1","start":0,"end":1},{"shortcode":"b","asset":"2","start":1,"end":2}],`+
		`"sender_name":"ann","files":["a.png"]}`, string(e.Sealed.Blob), "CH-520 in order, and names of files are sealed")
}

func other(f domain.NewAttachment) domain.NewAttachment {
	f.Asset += "0"
	return f
}
