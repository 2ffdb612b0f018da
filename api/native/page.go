package native

import (
	"strconv"

	"parley/domain"
	"parley/queries"
)

// limit reads the query parameter; anything but 1 to most is refused.
func (r *request) limit(normal, most int) (int, error) {
	text, given := r.GetQuery("limit")
	if !given {
		return normal, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n < 1 || n > uint64(most) {
		return 0, domain.ErrInvalidLimit.Because("limit is a number from 1 to %d", most)
	}
	return int(n), nil
}

// flag reads a query parameter that is true or false, false when it is not
// given.
func (r *request) flag(name string) (bool, error) {
	switch text, given := r.GetQuery(name); {
	case !given || text == "false":
		return false, nil
	case text == "true":
		return true, nil
	}
	return false, domain.ErrInvalidRequest.Because("%s is true or false", name)
}

// cursor reads an id from a query parameter, 0 when it is not given.
func (r *request) cursor(name string) (domain.MessageID, error) {
	text, given := r.GetQuery(name)
	if !given {
		return 0, nil
	}
	n, err := domain.ParseID(text)
	if err != nil {
		return 0, domain.ErrInvalidCursor.Because("%s is not an id", name)
	}
	return domain.MessageID(n), nil
}

// maxTime is the last second of the year 9999.
const maxTime = 253402300799

// sent reads the times between which messages were sent, nil when neither
// start nor end is given (CH-319).
func (r *request) sent() (*queries.Span, error) {
	start, given1, err1 := r.time("start")
	end, given2, err2 := r.time("end")
	if !given1 && !given2 {
		return nil, nil
	}
	if !given2 {
		end = maxTime + 1
	}
	if err := first(err1, err2); err != nil {
		return nil, err
	}
	if start > end {
		return nil, domain.ErrInvalidRequest.Because("start is after end")
	}
	return &queries.Span{Start: milliseconds(start), End: milliseconds(end)}, nil
}

// time reads a query parameter in unix seconds.
func (r *request) time(name string) (seconds int64, given bool, err error) {
	text, given := r.GetQuery(name)
	if !given {
		return 0, false, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > maxTime {
		return 0, true, domain.ErrInvalidRequest.Because("%s is a time in unix seconds, at most %d", name, int64(maxTime))
	}
	return int64(n), true, nil
}
