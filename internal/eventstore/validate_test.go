package eventstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/internal/eventstore"
)

func TestStreamID(t *testing.T) {
	for name, want := range map[string]int64{
		"message-a.1.5":                    5,
		"channel-a.9223372036854775807":    9223372036854775807,
		"channel-a.9223372036854775808":    0,
		"channel-a.05":                     0,
		"channel-a.0":                      0,
		"channel-a.-5":                     5,
		"channel-a.+5":                     0,
		"user-a.ann":                       0,
		"presence-a.node-7":                7,
		"5":                                0,
		"":                                 0,
		"channel-a.":                       0,
		"message-a.1.5x":                   0,
		"message-a.1.99999999999999999999": 0,
	} {
		require.Equal(t, want, eventstore.StreamID(name), name)
	}
}
