package domain_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"parley/domain"
)

// sized is a part as the frozen forms hold it, written out by hand: four
// bytes of length, the highest first, then the part.
func sized(part string) string {
	n := len(part)
	return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + part
}

func TestTuplesAreInjective(t *testing.T) {
	parts := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a'}), 0, 6), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		same := slices.EqualFunc(a, b, bytes.Equal)
		if same != bytes.Equal(domain.AppendTuple(nil, a...), domain.AppendTuple(nil, b...)) {
			t.Fatalf("%q and %q", a, b)
		}
	})
}

// The hard case for injectivity: the same bytes cut at different places.
func TestTuplesDependOnWherePartsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "whole")
		cut := rapid.IntRange(0, len(whole))
		i, j := cut.Draw(t, "i"), cut.Draw(t, "j")
		a, b := domain.AppendTuple(nil, whole[:i], whole[i:]), domain.AppendTuple(nil, whole[:j], whole[j:])
		require.Equal(t, i == j, bytes.Equal(a, b))
		require.Equal(t, sized(string(whole[:i]))+sized(string(whole[i:])), string(a))
	})
}

func TestAppendTupleAppends(t *testing.T) {
	require.Equal(t, []byte("x\x00\x00\x00\x02ab\x00\x00\x00\x00"), domain.AppendTuple([]byte("x"), []byte("ab"), nil))
	require.Equal(t, []byte("x"), domain.AppendTuple([]byte("x")))
}

// Proofs are built over leaves: this encoding never changes.
func TestLeafIsFrozen(t *testing.T) {
	id := uuid.MustParse("01965d3c-7a3b-7c4d-8e5f-60718293a4b5")
	meta := map[string]string{"time": "1772366400000", "app": "shop", "actor": "mia", "actor_kind": "user", "empty": ""}
	data := `{"message": "819916800000000001"}`
	leaf := domain.Leaf("reads-shop.7.mia", 258, id, "ReadCursorAdvanced", 1, meta, []byte(data))

	byHand := "\x01" +
		sized("reads-shop.7.mia") +
		sized("\x00\x00\x00\x00\x00\x00\x01\x02") +
		sized("\x01\x96\x5d\x3c\x7a\x3b\x7c\x4d\x8e\x5f\x60\x71\x82\x93\xa4\xb5") +
		sized("ReadCursorAdvanced") +
		sized("\x00\x00\x00\x00\x00\x00\x00\x01") +
		sized(sized("actor")+sized("mia")+sized("actor_kind")+sized("user")+sized("app")+sized("shop")+
			sized("empty")+sized("")+sized("time")+sized("1772366400000")) +
		sized(data)
	require.Equal(t, byHand, string(leaf))
	require.Equal(t, string(goldenFile(t, "leaf.golden", []byte(hex.EncodeToString(leaf)))), hex.EncodeToString(leaf))
}

func TestLeavesTellEverythingApart(t *testing.T) {
	id, other := uuid.UUID{1}, uuid.UUID{2}
	meta := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	leaves := [][]byte{
		domain.Leaf("app-a", 0, id, "T", 1, nil, nil),
		domain.Leaf("app-b", 0, id, "T", 1, nil, nil),
		domain.Leaf("app-a", 1, id, "T", 1, nil, nil),
		domain.Leaf("app-a", 0, other, "T", 1, nil, nil),
		domain.Leaf("app-a", 0, id, "U", 1, nil, nil),
		domain.Leaf("app-a", 0, id, "T", 2, nil, nil),
		domain.Leaf("app-a", 0, id, "T", 1, meta("a", "b"), nil),
		domain.Leaf("app-a", 0, id, "T", 1, meta("a", "", "b", ""), nil),
		domain.Leaf("app-a", 0, id, "T", 1, meta("ab", ""), nil),
		domain.Leaf("app-a", 0, id, "T", 1, nil, []byte("{}")),
		domain.Leaf("app-a", 0, id, "T", 1, nil, []byte("{ }")),
	}
	for i, a := range leaves {
		for j, b := range leaves {
			require.Equal(t, i == j, bytes.Equal(a, b), "%d and %d", i, j)
		}
	}
	require.Equal(t, leaves[0], domain.Leaf("app-a", 0, id, "T", 1, meta(), []byte{}), "none and empty are one")
}

func TestOnceIDsAreFrozen(t *testing.T) {
	native := []string{"shop", "n", "SendMessage", "mia", "7", "k1"}
	for _, c := range []struct {
		scope []string
		index int
		want  string
	}{
		{native, 0, "d7da607f-6200-88e1-8aa5-a6e9742d067b"},
		{native, 1, "f08362c5-10ce-8c88-b828-ce5f00034cd7"},
		{native, 2, "d7ceb30b-72e9-8550-bab7-63e4ce32ef18"},
		{native, 256, "ba24c807-5c64-8024-99b7-c7ba1fbfd97f"},
		{[]string{"shop", "n", "SendMessage", "größe", "7", "k 1"}, 0, "ebb34ecc-faaf-8af9-83d6-300b3b559909"},
		{[]string{"shop"}, 0, "9b125950-b463-891f-9fb7-ddad07e40633"},
	} {
		require.Equal(t, c.want, domain.OnceID(c.scope, c.index).String(), "%q %d", c.scope, c.index)
	}
}

func TestOnceIDIsTheHashOfTheScope(t *testing.T) {
	scopes := rapid.SliceOfN(rapid.String(), 1, 6)
	rapid.Check(t, func(t *rapid.T) {
		scope, index := scopes.Draw(t, "scope"), rapid.IntRange(0, 1<<39).Draw(t, "index")
		id := domain.OnceID(scope, index)
		require.Equal(t, uuid.Version(8), id.Version())
		require.Equal(t, uuid.RFC4122, id.Variant())

		text := ""
		for _, part := range scope {
			text += sized(part)
		}
		if index > 0 {
			text += sized(string([]byte{0, 0, 0, byte(index >> 32), byte(index >> 24), byte(index >> 16), byte(index >> 8), byte(index)}))
		}
		sum := sha256.Sum256([]byte(text))
		for i := range id {
			mask := map[int]byte{6: 0x0f, 8: 0x3f}[i]
			if mask == 0 {
				mask = 0xff
			}
			require.Equal(t, sum[i]&mask, id[i]&mask, "byte %d", i)
		}
	})
}

func TestEventsOfOneAppendHaveDifferentOnceIDs(t *testing.T) {
	seen := map[uuid.UUID]string{}
	for _, app := range []string{"shop", "sho"} {
		for _, key := range []string{"", "k", "p"} {
			for i := range 300 {
				id, what := domain.OnceID([]string{app, key}, i), fmt.Sprint(app, "/", key, "/", i)
				require.Empty(t, seen[id], what)
				seen[id] = what
			}
		}
	}
}
