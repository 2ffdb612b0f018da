package domain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

func TestReadCursorOnlyMovesForward(t *testing.T) {
	at := func(m domain.MessageID) domain.Event { return domain.ReadCursorAdvanced{Message: m} }
	tests := map[string]struct {
		given []domain.Event
		to    domain.MessageID
		then  []domain.Event
	}{
		"CH-600 first":             {to: 5, then: events(at(5))},
		"CH-600 newer":             {given: events(at(5)), to: 6, then: events(at(6))},
		"CH-601 older":             {given: events(at(5)), to: 4},
		"CH-601 same":              {given: events(at(5)), to: 5},
		"CH-601 older than newest": {given: events(at(9), at(5)), to: 7},
		"nothing":                  {to: 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.then, fold(domain.NewReadCursor(), tt.given...).Advance(tt.to))
		})
	}
}

func TestADeletedMessageStillExists(t *testing.T) {
	require.False(t, domain.NewMessage().Exists())
	require.True(t, fold(domain.NewMessage(), sent()).Exists())
	require.True(t, fold(domain.NewMessage(), sent(), gone).Exists(), "CH-602 one may have read up to it")
}
