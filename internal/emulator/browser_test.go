package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// browser is a headless Chromium with one page, driven over the DevTools protocol on a pipe: commands and answers are
// JSON objects that end with a zero byte.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	stderr  bytes.Buffer
	session string
	lastID  int
	events  []devToolsMessage
}

type devToolsMessage struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startBrowser starts Chromium, and skips the test where there is none.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	at := slices.IndexFunc(names, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if at < 0 {
		t.Skipf("none of %v is on the PATH: the page is not looked at in a browser", names)
	}
	commands, in := pipe(t)
	out, responses := pipe(t)
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	//nolint:noctx // t.Context ends before the cleanup, which ends the browser by closing its pipe
	cmd := exec.Command(names[at], "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--hide-scrollbars", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{commands, responses} // 3 and 4, as --remote-debugging-pipe expects
	cmd.Stderr = &b.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = commands.Close()
	_ = responses.Close()
	t.Cleanup(func() {
		b.session = ""
		b.command("Browser.close", nil, nil)
		_ = in.Close()
		_ = cmd.Wait() // its temporary folder is removed next
		_ = out.Close()
	})

	var target struct{ TargetID string }
	b.command("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.command("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page.enable", "Log.enable", "Runtime.enable"} {
		b.command(domain, nil, nil)
	}
	return b
}

func pipe(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return reader, writer
}

// command sends a command and decodes its result; events that come before it are kept.
func (b *browser) command(method string, params, result any) {
	b.t.Helper()
	b.lastID++
	message := map[string]any{"id": b.lastID, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	data, err := json.Marshal(message)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.t.Fatalf("%s: %v\n%s", method, err, b.stderr.String())
	}
	for {
		got := b.read()
		if got.ID != b.lastID {
			b.events = append(b.events, got)
			continue
		}
		if got.Error != nil {
			b.t.Fatalf("%s: %s", method, got.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(got.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

func (b *browser) read() devToolsMessage {
	b.t.Helper()
	data, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser ended: %v\n%s", err, b.stderr.String())
	}
	var got devToolsMessage
	if err := json.Unmarshal(bytes.TrimSuffix(data, []byte{0}), &got); err != nil {
		b.t.Fatal(err)
	}
	return got
}

// open loads a page.
func (b *browser) open(url string) {
	b.t.Helper()
	b.command("Page.navigate", map[string]any{"url": url}, nil)
	loaded := func(m devToolsMessage) bool { return m.Method == "Page.loadEventFired" }
	for !slices.ContainsFunc(b.events, loaded) {
		b.events = append(b.events, b.read())
	}
	b.events = slices.DeleteFunc(b.events, loaded)
}

// screen sets the size of the window, in CSS pixels, and the colours that the person prefers.
func (b *browser) screen(width, height int, scheme string) {
	b.t.Helper()
	b.command("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.command("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// evaluate runs an expression in the page, waits for it where it is a promise, and decodes its value.
func (b *browser) evaluate(expression string, value any) {
	b.t.Helper()
	var out struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	b.command("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Exception.Description)
	}
	if err := json.Unmarshal(out.Result.Value, value); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
}

// text is what a person reads in an element.
func (b *browser) text(selector string) string {
	b.t.Helper()
	var text string
	b.evaluate("document.querySelector("+quoteJS(selector)+").innerText", &text)
	return text
}

// await waits until an expression is true, looking again after every change of the page.
func (b *browser) await(condition string) {
	b.t.Helper()
	var done bool
	b.evaluate(`new Promise(done => {
		const look = () => { if (`+condition+`) { observer.disconnect(); done(true); } };
		const observer = new MutationObserver(look);
		observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
		look();
	})`, &done)
}

// screenshot is a PNG of the window.
func (b *browser) screenshot() []byte {
	b.t.Helper()
	var shot struct{ Data []byte }
	b.command("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	return shot.Data
}

// complaints are the errors and violations of the page's policy that the browser has reported.
func (b *browser) complaints() []string {
	var list []string
	for _, event := range b.events {
		if event.Method == "Log.entryAdded" || event.Method == "Runtime.exceptionThrown" || event.Method == "Runtime.consoleAPICalled" {
			list = append(list, string(event.Params))
		}
	}
	return list
}

func quoteJS(text string) string {
	quoted, _ := json.Marshal(text) // a string always can be
	return string(quoted)
}
