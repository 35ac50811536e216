package api

import (
	"net/url"
)

// pageSize is how many items a page holds when nobody says.
const pageSize = 50

// limit gives how many items the page holds. Handlers ask their office for one
// more, which tells whether there is a next page.
func (r *request) limit() int {
	if limit := r.query.number("limit"); limit > 0 {
		return int(limit)
	}
	return pageSize
}

// turn cuts the item too many off, and seals the place of the last one that
// stays into the cursor of the next page, which it also puts into Link. On the
// last page the cursor is "".
func turn[T, P any](r *request, items []T, place func(T) P) ([]T, string, error) {
	limit := r.limit()
	if len(items) <= limit {
		return items, "", nil
	}
	items = items[:limit]
	cursor, err := r.seal(place(items[limit-1]))
	if err != nil {
		return nil, "", err
	}
	r.linkNext("cursor", cursor)
	return items, cursor, nil
}

// linkNext puts the address of the next page, this one with another value of
// the parameter, into Link.
func (r *request) linkNext(name, value string) {
	values := url.Values{name: {value}}
	for _, pair := range r.query {
		if pair.name != name {
			values.Set(pair.name, pair.value)
		}
	}
	r.gin.Header("Link", "<"+r.gin.Request.URL.EscapedPath()+"?"+values.Encode()+`>; rel="next"`)
}

// each puts the items of a list into the words of the wire. A list without
// items is [] and never null.
func each[T, W any](items []T, word func(T) W) []W {
	list := make([]W, 0, len(items))
	for _, item := range items {
		list = append(list, word(item))
	}
	return list
}
