package bench

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStatIsReadWhateverTheNameOfTheProcess(t *testing.T) {
	s, ok := parseStat("42 (a) b (c)) S 7 42 42 0 -1 4194304 1 2 3 4 150 50 20 10 20 0 1 0 1 2 3")
	require.True(t, ok)
	require.Equal(t, stat{parent: 7, own: 2 * time.Second, reaped: 300 * time.Millisecond}, s)
	_, ok = parseStat("no process")
	require.False(t, ok)
}

func TestDescendantsAreFoundThroughTheirParents(t *testing.T) {
	all := map[int]*stat{2: {parent: 1}, 3: {parent: 2}, 4: {parent: 3}, 9: {parent: 1}}
	require.True(t, isBelow(all, 4, 2))
	require.False(t, isBelow(all, 9, 2))
	require.False(t, isBelow(all, 77, 2))
}

func TestOwnProcessHasATime(t *testing.T) {
	_, _, ok := processTimes(os.Getpid())
	require.True(t, ok)
	_, _, ok = processTimes(1 << 30)
	require.False(t, ok)
}
