package native

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/queries"
)

// TestAPlainMessageCostsNothingMore: what few messages have costs the others
// no allocation.
func TestAPlainMessageCostsNothingMore(t *testing.T) {
	o, err := parseObject([]byte(`{"body":"hello"}`))
	require.NoError(t, err)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		w, err1 := o.written()
		files, err2 := o.attachments()
		if w.text != "hello" || len(w.emotes)+len(w.refs)+len(w.mentions)+len(files) > 0 || first(err1, err2) != nil {
			t.Error("not what was sent")
		}
	}), 1.0, "the text only")
	b, m := make([]byte, 0, 1024), queries.Message{ID: 1, Channel: 2, Sender: "ann", SenderName: "Ann", Text: "hello", SentAt: 1}
	require.Zero(t, testing.AllocsPerRun(100, func() { b = appendMessage(b[:0], m) }))
}
