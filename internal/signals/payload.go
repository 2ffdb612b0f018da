package signals

import (
	"encoding/json"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
)

// maxPayload is the largest text that PostgreSQL takes in a NOTIFY.
const maxPayload = 7999

// notification is the text of a NOTIFY: signals of one node, in order.
type notification struct {
	Node    string       `json:"node"`
	Signals []wireSignal `json:"signals"`
}

type wireSignal struct {
	Topic string           `json:"topic"`
	ID    string           `json:"id,omitempty"`
	Meta  message.Metadata `json:"meta,omitempty"`
	// Payload is Base64 in JSON: any bytes pass any encoding of the database.
	Payload []byte `json:"payload"`
}

// envelope is what a notification of a node takes beside its signals.
func envelope(node string) (head, tail string) {
	return `{"node":"` + node + `","signals":[`, `]}`
}

// encodeSignal writes one signal; room is what is left for it in a
// notification of its own.
func encodeSignal(topic string, m *message.Message, room int) ([]byte, error) {
	b, err := json.Marshal(wireSignal{topic, m.UUID, m.Metadata, m.Payload})
	if err != nil {
		return nil, fmt.Errorf("encode a signal: %w", err)
	}
	if len(b) > room {
		return nil, fmt.Errorf("%w: %d bytes where %d fit", ErrTooLarge, len(b), room)
	}
	return b, nil
}

// decode reads the signals of another node, none of an own one.
func decode(own, text string) ([]signal, error) {
	var n notification
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return nil, fmt.Errorf("decode a notification: %w", err)
	}
	if n.Node == own {
		return nil, nil
	}
	signals := make([]signal, len(n.Signals))
	for i, s := range n.Signals {
		m := message.NewMessage(s.ID, s.Payload)
		for k, v := range s.Meta {
			m.Metadata.Set(k, v)
		}
		m.Metadata.Set(metaForeign, "yes")
		signals[i] = signal{s.Topic, m}
	}
	return signals, nil
}
