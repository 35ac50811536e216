package directory

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	askTime     = 10 * time.Second // of one question
	answerLimit = 1 << 20          // bytes of one answer
	mostHops    = 3
)

// newClient makes the client that the directory is asked by. It follows a
// redirect to the host that it asked and to no other, since questions carry the
// client's secret, and it reads so much of an answer and no more.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: limited{transport},
		Timeout:   askTime,
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			first := before[0].URL
			if next.URL.Host != first.Host || next.URL.Scheme != first.Scheme || len(before) > mostHops {
				return errors.New("the directory leads to another host")
			}
			return nil
		},
	}
}

// limited bounds what is read of an answer.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, answerLimit), response.Body}
	return response, nil
}
