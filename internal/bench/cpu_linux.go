package bench

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/<pid>/stat on all common platforms.
const tick = time.Second / 100

// stat is what /proc tells of a process.
type stat struct {
	parent int
	own    time.Duration
	reaped time.Duration // of children that have ended
}

// processTimes sums the processor time of a process, and that of everything
// below it.
func processTimes(pid int) (own, below time.Duration, ok bool) {
	paths, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	all := make(map[int]*stat, len(paths))
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if s, ok := parseStat(string(b)); ok {
			all[id] = &s
		}
	}
	top, found := all[pid]
	if !found {
		return 0, 0, false
	}
	for id := range all {
		if id != pid && isBelow(all, id, pid) {
			below += all[id].own + all[id].reaped
		}
	}
	return top.own, below, true
}

func isBelow(all map[int]*stat, id, top int) bool {
	for range 64 {
		s, ok := all[id]
		if !ok {
			return false
		}
		if s.parent == top {
			return true
		}
		id = s.parent
	}
	return false
}

// parseStat reads a line of /proc/<pid>/stat; the name in parentheses may
// hold anything.
func parseStat(line string) (stat, bool) {
	_, after, ok := cutLast(line, ") ")
	f := strings.Fields(after)
	if !ok || len(f) < 15 {
		return stat{}, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(f[i]); return n }
	return stat{
		parent: number(1),
		own:    time.Duration(number(11)+number(12)) * tick,
		reaped: time.Duration(number(13)+number(14)) * tick,
	}, true
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
