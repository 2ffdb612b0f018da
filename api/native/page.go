package native

import (
	"strconv"

	"parley/domain"
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
