package native

import (
	"strconv"
	"strings"

	"parley/api/envelope"
	"parley/commands"
	"parley/domain"
)

// channel is the channel of the path; text that is no id is that of no
// channel (CH-025).
func (r *request) channel() domain.ChannelID {
	n, err := domain.ParseID(r.Param("channel"))
	if err != nil {
		return 0
	}
	return domain.ChannelID(n)
}

func (r *request) message() domain.MessageID {
	n, err := domain.ParseID(r.Param("message"))
	if err != nil {
		return 0
	}
	return domain.MessageID(n)
}

func (r *request) user() domain.UserID { return domain.UserID(r.Param("user")) }

// A position is opaque text for clients.
const positionMark = "p"

func formatPosition(at int64) string { return positionMark + strconv.FormatInt(at, 36) }

func parsePosition(text string) (int64, bool) {
	digits, ok := strings.CutPrefix(text, positionMark)
	if !ok {
		return 0, false
	}
	at, err := strconv.ParseInt(digits, 36, 64)
	return at, err == nil && at >= 0 && formatPosition(at) == text
}

// once is the scope of a request's Idempotency-Key (CH-306), nil without one.
func (r *request) once(command string, c domain.ChannelID, target ...string) ([]string, error) {
	keys := r.Request.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > 1 || !envelope.Printable(keys[0], 128) {
		return nil, domain.ErrInvalidRequest.Because("Idempotency-Key takes 1 to 128 printable ASCII characters")
	}
	return commands.NativeOnce(r.actor, command, c, keys[0], target...), nil
}

// replayed marks the answer to a repeated request.
func (r *request) replayed() { r.Header("Idempotent-Replayed", "true") }

// seconds is a time of the read models as clients see it (CH-012).
func seconds(ms int64) int64 { return ms / 1000 }

// milliseconds is a time of a client as the read models have it.
func milliseconds(s int64) int64 { return s * 1000 }
