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

// cursor reads a message id from a query parameter, 0 when it is not given.
func (r *request) cursor(name string) (domain.MessageID, error) {
	text, given := r.GetQuery(name)
	if !given {
		return 0, nil
	}
	n, err := domain.ParseID(text)
	if err != nil {
		return 0, domain.ErrInvalidCursor.Because("%s is not a message id", name)
	}
	return domain.MessageID(n), nil
}
