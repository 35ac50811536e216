package account

import "strings"

// mark is a word of a User-Agent with what people call it by.
type mark struct{ sign, name string }

// browsers and systems, in the order in which they are looked for: many name
// others that they want to be taken for.
func browsers() []mark {
	return []mark{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"MicroMessenger", "WeChat"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"Chromium/", "Chromium"},
		{"Chrome/", "Chrome"},
		{"CriOS/", "Chrome"},
		{"Safari/", "Safari"},
		{"curl/", "curl"},
		{"python", "Python"},
		{"Go-http-client", "Go"},
		{"libcurl", "R"},
		{"PostmanRuntime", "Postman"},
	}
}

func systems() []mark {
	return []mark{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"HarmonyOS", "HarmonyOS"},
		{"Windows", "Windows"},
		{"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"},
		{"Linux", "Linux"},
	}
}

// agentFamily gives what a session is told apart by: the family of the browser
// and of the system, never the whole line, which would tell people apart too.
func agentFamily(line string) string {
	look := func(marks []mark) string {
		for _, m := range marks {
			if strings.Contains(line, m.sign) {
				return m.name
			}
		}
		return ""
	}
	browser, system := look(browsers()), look(systems())
	if browser != "" && system != "" {
		return browser + ", " + system
	}
	return browser + system
}
