package api

import "accord/pkg/member"

func sourceOf(s *member.Source) Source {
	if s == nil {
		return Source{}
	}
	return Source{Title: s.Title, Url: s.URL, Page: s.Page, Quote: s.Quote, Retrieved: stated(s.Retrieved)}
}

func sourceIn(s Source) *member.Source {
	if s == (Source{}) {
		return nil
	}
	source := memberSource(s)
	return &source
}

func memberSource(s Source) member.Source {
	return member.Source{Title: s.Title, URL: s.Url, Page: s.Page, Quote: s.Quote, Retrieved: given(s.Retrieved)}
}
