package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/fault"
	"accord/pkg/server"
)

// hall is a door with a wide route.
type hall struct{}

const hallSize = 4 << 20

func (hall) Wide() map[string]int64 { return map[string]int64{"/large/:id": hallSize} }

func (hall) Mount(_, register gin.IRouter) {
	register.POST("/large/:id", func(c *gin.Context) {
		n, err := io.Copy(io.Discard, c.Request.Body)
		if err == nil {
			err = c.Request.Context().Err()
		}
		if err != nil {
			_ = c.Error(fault.Wrap(fault.Malformed, "body_unreadable", err))
			return
		}
		c.String(http.StatusOK, "%d", n)
	})
	register.GET("/large/:id", func(c *gin.Context) {
		c.Header("Content-Length", fmt.Sprint(hallSize))
		for range hallSize / (32 << 10) {
			if _, err := c.Writer.Write(make([]byte, 32<<10)); err != nil || c.Request.Context().Err() != nil {
				return
			}
		}
	})
	register.POST("/small", func(c *gin.Context) {
		n, _ := io.Copy(io.Discard, c.Request.Body)
		c.String(http.StatusOK, "%d", n)
	})
}

// pipe is a listener whose connections are within the process, so that their
// time can be that of a test.
type pipe chan net.Conn

func (p pipe) Accept() (net.Conn, error) {
	conn, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p pipe) Close() error   { return nil }
func (p pipe) Addr() net.Addr { return &net.TCPAddr{} }

// overALine serves the hall, and gives what a client was answered who sends a
// request and goes on as it will.
func overALine(t *testing.T, head string, goOn func(conn net.Conn) error) (answer string, taken time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(o *server.Options) { o.Doors = append(o.Doors, hall{}) })
		line := make(pipe, 1)
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- h.Run(ctx, line, nil) }()
		client, there := net.Pipe()
		line <- there
		start := time.Now()
		read := make(chan string, 1)
		go func() {
			response, err := http.ReadResponse(bufio.NewReader(client), nil)
			if err != nil {
				read <- "broken off"
				return
			}
			n, err := io.Copy(io.Discard, response.Body)
			read <- fmt.Sprint(response.StatusCode, " ", n, " ", err)
		}()
		if _, err := io.WriteString(client, head); err != nil {
			t.Fatal(err)
		}
		_ = goOn(client)
		answer, taken = <-read, time.Since(start)
		_ = client.Close()
		close(line)
		stop()
		<-stopped
	})
	return answer, taken
}

// every sends so many octets so often.
func every(pause time.Duration, octets, times int) func(net.Conn) error {
	return func(conn net.Conn) error {
		for range times {
			<-time.After(pause)
			if _, err := conn.Write(make([]byte, octets)); err != nil {
				return err
			}
		}
		return nil
	}
}

func posting(path string, octets int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", path, octets)
}

func TestASlowLineIsWaitedForWhereBodiesAreLarge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		head   string
		goOn   func(net.Conn) error
		answer string
		least  time.Duration
		most   time.Duration
	}{
		"a line of 40 kB/s is fast enough":            {posting("/large/1", 4_000_000), every(time.Second, 40_000, 100), "200 7 <nil>", 100 * time.Second, 101 * time.Second},
		"a line of 256 kbit/s is, too":                {posting("/large/1", 4_004_000), every(time.Second, 26_000, 154), "200 7 <nil>", 154 * time.Second, 155 * time.Second},
		"nothing more after much is not":              {posting("/large/1", 4_000_001), every(time.Second, 4_000_000, 1), "400", 31 * time.Second, 45 * time.Second},
		"an octet now and then is not":                {posting("/large/1", 1000), every(10*time.Second, 1, 1000), "400", 30 * time.Second, 45 * time.Second},
		"nothing at all is not":                       {posting("/large/1", 1000), every(time.Hour, 0, 1), "400", 30 * time.Second, time.Hour},
		"elsewhere there is the time of small bodies": {posting("/small", 1_000_000), every(time.Second, 10_000, 100), "", 0, 100 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			answer, taken := overALine(t, test.head, test.goOn)
			if !strings.HasPrefix(answer, test.answer) || taken < test.least || taken > test.most || name[0] == 'e' && strings.HasSuffix(answer, "7 <nil>") {
				t.Errorf("answered %q after %v", answer, taken)
			}
		})
	}
}

func TestASlowReaderIsWaitedForWhereAnswersAreLarge(t *testing.T) {
	t.Parallel()
	slow := func(pause time.Duration, octets int) string {
		var got int
		synctest.Test(t, func(t *testing.T) {
			h := build(t, func(o *server.Options) { o.Doors = append(o.Doors, hall{}) })
			line := make(pipe, 1)
			ctx, stop := context.WithCancel(t.Context())
			stopped := make(chan error, 1)
			go func() { stopped <- h.Run(ctx, line, nil) }()
			client, there := net.Pipe()
			line <- there
			_, _ = io.WriteString(client, "GET /large/1 HTTP/1.1\r\nHost: x\r\n\r\n")
			for p := make([]byte, octets); got < hallSize; {
				<-time.After(pause)
				n, err := client.Read(p)
				if got += n; err != nil {
					break
				}
			}
			_ = client.Close()
			close(line)
			stop()
			<-stopped
		})
		if got >= hallSize {
			return "whole"
		}
		return "broken off"
	}
	if got := slow(time.Second, 40_000); got != "whole" {
		t.Errorf("at 40 kB/s it is %s", got)
	}
	if got := slow(10*time.Second, 100); got != "broken off" {
		t.Errorf("at 10 octets/s it is %s", got)
	}
}

func TestTheBodiesOfWideRoutesAreBoundedToo(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *server.Options) { o.Doors = append(o.Doors, hall{}) })
	for path, most := range map[string]int{"/large/1": hallSize, "/small": server.BodyLimit} {
		for size, status := range map[int]int{most: http.StatusOK, most + 1: http.StatusRequestEntityTooLarge} {
			if w := h.post(path, size); w.Code != status {
				t.Errorf("%d octets to %s: %d %s", size, path, w.Code, w.Body)
			}
		}
	}
}

func (h house) post(path string, size int) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(strings.Repeat("a", size))))
	return w
}
