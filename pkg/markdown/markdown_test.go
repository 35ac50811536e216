package markdown_test

import (
	"strings"
	"testing"

	"accord/pkg/markdown"
)

func TestWhatPeopleWriteIsRendered(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"We **trained** them.\n":    "<p>We <strong>trained</strong> them.</p>\n",
		"- a\n- b":                  "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
		"# 培训\n\n一千人":               "<h1>培训</h1>\n<p>一千人</p>\n",
		"[us](https://example.org)": "<p><a href=\"https://example.org\" rel=\"nofollow noreferrer\">us</a></p>\n",
		"1 < 2 & \"3\"":             "<p>1 &lt; 2 &amp; &#34;3&#34;</p>\n",
	} {
		if got := markdown.Render(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func TestNothingDangerousIsLeft(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,<script>)",
		"![x](https://example.org/pixel.png)", "<a href='https://x' onclick='alert(1)'>x</a>", "<style>*{}</style>", "<iframe src=//x></iframe>",
		"<svg/onload=alert(1)>", "[x](//example.org)", "<https://example.org\" onmouseover=alert(1)>", "[x]: javascript:alert(1)\n\n[x]", "<!-- x --><object>",
		"[x](vbscript:x)", "<p style='color:red'>x</p>", "<form action=/x><input name=y>",
	} {
		got := strings.ToLower(markdown.Render(text))
		for _, bad := range []string{"<script", "<img", "javascript:", "data:", "vbscript:", "onerror=", "onload=\"", "onclick=", "<style", "style=", "<iframe", "<svg", "<object", "<form", "<input", "href=\"//"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q leaves %s in %q", text, bad, got)
			}
		}
	}
}
