package typing

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"

	"parley/commands"
	"parley/domain"
	"parley/internal/signals"
)

// Topic is the topic of typing signals on the bus.
const Topic = "typing"

// wire is a signal between nodes.
type wire struct {
	App      domain.AppID     `json:"app"`
	Channel  domain.ChannelID `json:"channel"`
	User     domain.UserID    `json:"user"`
	Position int64            `json:"position"`
}

// tell publishes a signal. The bus does not block.
func (b *Board) tell(s commands.TypingSignal) {
	payload, err := json.Marshal(wire{s.App, s.Channel, s.User, s.Position})
	if err == nil {
		err = b.c.Publisher.Publish(Topic, message.NewMessage("", payload))
	}
	if err != nil && !errors.Is(err, signals.ErrClosed) {
		b.c.Logger.Warn("tell other nodes who types", "app", s.App, "channel", s.Channel, "err", err)
	}
}

// Follow takes the signals of other nodes until there are no more.
func (b *Board) Follow(messages <-chan *message.Message) {
	for m := range messages {
		if signals.Foreign(m) {
			if err := b.hear(m.Payload); err != nil {
				b.c.Logger.Warn("a signal of another node makes no sense", "err", err)
			}
		}
		m.Ack()
	}
}

func (b *Board) hear(payload []byte) error {
	var w wire
	if err := json.Unmarshal(payload, &w); err != nil {
		return fmt.Errorf("decode a typing signal: %w", err)
	}
	if !w.App.Valid() || w.Channel <= 0 || !w.User.Valid() {
		return errors.New("a typing signal names nobody")
	}
	s := commands.TypingSignal{App: w.App, Channel: w.Channel, User: w.User, Position: w.Position}
	if _, show := b.note(s, foreignLife, false); show {
		b.c.Show(s)
	}
	return nil
}
