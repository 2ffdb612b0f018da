package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// String is the entry on one line: when, where in the log, what, where, who,
// and the event's fields.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %8d  %-20s  %s  by %s", time.UnixMilli(e.RecordedAt).UTC().Format(time.RFC3339), e.Position, e.Type,
		escapes(e.Stream), e.who())
	if e.Time/1000 != e.RecordedAt/1000 {
		fmt.Fprintf(&b, "  of %s", time.UnixMilli(e.Time).UTC().Format(time.RFC3339))
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(e.Data, &fields) != nil {
		return b.String()
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "  %s=%s", escapes(name), escapes(string(fields[name])))
	}
	return b.String()
}

func (e Entry) who() string {
	who := escapes(e.Actor)
	if e.ActorKind != "user" {
		who = e.ActorKind + " " + who
	}
	if e.Via != "" {
		who += " via " + escapes(e.Via)
	}
	return who
}
