package domain_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// messageModel is a message as a reader sees it: its author, whether it is
// there, and who reacted with what.
type messageModel struct {
	sent, deleted bool
	author        domain.UserID
	text          string
	reactions     map[[2]string]bool
	latest        int64

	real   *domain.Message
	events []domain.Event
}

func (m *messageModel) live() bool { return m.sent && !m.deleted }

// record folds what a rule answered as the write path would: digests are
// computed, and each version or reference is larger than all before.
func (m *messageModel) record(t *rapid.T, want error, got []domain.Event, err error) {
	if want != nil {
		require.ErrorIs(t, err, want)
		require.Empty(t, got)
		return
	}
	require.NoError(t, err)
	for _, e := range got {
		var version int64
		switch e := e.(type) {
		case domain.MessageEdited:
			version = e.Version
			e.Digest.Sum = sumOf(e.Digest.Of)
		case domain.MessageDeleted:
			version = e.Version
		case domain.ReactionAdded:
			version = e.Ref
		case domain.ReactionRemoved:
			version = e.Ref
		}
		require.Greater(t, version, m.latest)
		m.latest = version
	}
	fold(m.real, got...)
	m.events = append(m.events, got...)
}

func sumOf(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}

func (m *messageModel) digest() []byte {
	return sumOf(domain.Content{Text: m.text}.Canonical(nil, nil))
}

func (m *messageModel) send(t *rapid.T) {
	if m.sent {
		t.Skip("sent")
	}
	m.sent, m.author, m.text = true, rapid.SampledFrom(people).Draw(t, "author"), "hi"
	m.latest = int64(own.Message)
	e := domain.MessageSent{Sender: m.author, SenderKind: domain.ActorUser, Digest: &domain.Digest{Sum: m.digest()}}
	fold(m.real, e)
	m.events = append(m.events, e)
}

var fewEmotes = []string{"x", "y", "👍🏽"}

func (m *messageModel) check(t *rapid.T) {
	require.Equal(t, m.live(), m.real.Live())
	require.Equal(t, m.author, m.real.Sender())
	require.Equal(t, m.latest+1, m.real.NextVersion(0))
	if m.live() {
		require.Equal(t, m.digest(), m.real.Digest())
	}
	for _, u := range people {
		for _, emote := range fewEmotes {
			_, added := m.real.React(u, emote, 0)
			_, removed := m.real.Unreact(u, emote, 0)
			has := m.reactions[[2]string{string(u), emote}]
			switch {
			case !m.live():
				require.ErrorIs(t, added, domain.ErrMessageNotFound)
				require.ErrorIs(t, removed, domain.ErrMessageNotFound)
			case has:
				require.ErrorIs(t, added, domain.ErrReactionExists)
				require.NoError(t, removed)
			default:
				require.NoError(t, added)
				require.ErrorIs(t, removed, domain.ErrReactionNotFound)
			}
		}
	}
	require.Equal(t, fold(domain.NewMessage(), m.events...), m.real, "folding anew gives the same")
}

// refusal is what everybody hears of a message that is not there, else of one
// that is not theirs.
func (m *messageModel) refusal(by domain.UserID, anyone bool) error {
	switch {
	case !m.live():
		return domain.ErrMessageNotFound
	case by != m.author && !anyone:
		return domain.ErrNotAuthor
	}
	return nil
}

func TestMessageKeepsToItsModel(t *testing.T) {
	someone, emote, clock := rapid.SampledFrom(people), rapid.SampledFrom(fewEmotes), rapid.Int64Range(0, 1000)
	rapid.Check(t, func(t *rapid.T) {
		m := &messageModel{reactions: map[[2]string]bool{}, real: domain.NewMessage()}
		t.Repeat(map[string]func(*rapid.T){
			"":     m.check,
			"send": m.send,
			"edit": func(t *rapid.T) {
				by, anyone := someone.Draw(t, "by"), rapid.Bool().Draw(t, "any")
				text := rapid.SampledFrom([]string{"hi", "ho"}).Draw(t, "text")
				same := text == m.text
				want := m.refusal(by, anyone)
				got, err := m.real.Edit(domain.EditMessage{
					By: by, Any: anyone, Version: clock.Draw(t, "now"), Content: domain.Content{Text: text}, Same: same,
				})
				require.Equal(t, want == nil && !same, len(got) == 1, "CH-325")
				m.record(t, want, got, err)
				if want == nil {
					m.text = text
				}
			},
			"react": func(t *rapid.T) {
				by, name := someone.Draw(t, "by"), emote.Draw(t, "emote")
				k := [2]string{string(by), name}
				want := m.refusal(by, true)
				if want == nil && m.reactions[k] {
					want = domain.ErrReactionExists
				}
				got, err := m.real.React(by, name, clock.Draw(t, "now"))
				m.record(t, want, got, err)
				if want == nil {
					m.reactions[k] = true
				}
			},
			"unreact": func(t *rapid.T) {
				by, name := someone.Draw(t, "by"), emote.Draw(t, "emote")
				k := [2]string{string(by), name}
				want := m.refusal(by, true)
				if want == nil && !m.reactions[k] {
					want = domain.ErrReactionNotFound
				}
				got, err := m.real.Unreact(by, name, clock.Draw(t, "now"))
				m.record(t, want, got, err)
				if want == nil {
					delete(m.reactions, k)
				}
			},
			"delete": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "seldom") > 0 {
					t.Skip()
				}
				by, anyone := someone.Draw(t, "by"), rapid.Bool().Draw(t, "any")
				want := m.refusal(by, anyone)
				got, err := m.real.Delete(by, anyone, clock.Draw(t, "now"))
				m.record(t, want, got, err)
				m.deleted = m.deleted || want == nil
			},
		})
	})
}
