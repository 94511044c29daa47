package strict

import (
	"net/http"
	"strings"
	"testing"
)

func header() http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, "X-Request-Id": {"r"}, "X-Ratelimit-Limit": {"9"},
		"X-Ratelimit-Remaining": {"8"}, "X-Ratelimit-Reset": {"7"},
	}
}

func small(t *testing.T) *Profile {
	t.Helper()
	p, err := read("shape A\n  a text\nshape Heartbeat\n  ts integer")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const onePage = `"meta":{"total_count":1,"page_count":1,"current_page":1,"limit":20,"has_next_page":false,"has_previous_page":false}`

func TestSuccess(t *testing.T) {
	t.Parallel()
	p := small(t)
	const a = `{"a":"x"}`
	for _, c := range []struct {
		data       Data
		body, want string // the fault; none when empty
	}{
		{One, `{"message":"m","data":` + a + `}`, ""},
		{Null, `{"message":"m","data":null}`, ""},
		{All, `{"message":"m","data":[` + a + `],` + onePage + `}`, ""},
		{Page, `{"message":"m","data":[` + a + `],` + onePage + `}`, ""},
		{One, `{"message":"","data":` + a + `}`, "message"},
		{One, `{"message":"m","data":` + a + `,"more":1}`, "keys"},
		{One, `{"message":"m","data":` + a + `,` + onePage + `}`, "keys"},
		{One, `{"message":"m","data":{"a":1}}`, "data.a"},
		{One, `[]`, "body"},
		{Null, `{"message":"m"}`, "keys"},
		{Null, `{"message":"m","data":{}}`, "want null"},
		{All, `{"message":"m","data":[` + a + `]}`, "meta"},
		{All, `{"message":"m","data":null,` + onePage + `}`, "data: null"},
		{All, `{"message":"m","data":[],` + onePage + `}`, "total_count"},
		{All, `{"message":"m","data":[{}],` + onePage + `}`, "data.0.a: missing"},
		{Page, `{"message":"m","data":{},` + onePage + `}`, "list of A"},
		{Stream, `{"message":"m","data":null}`, "in one piece"},
	} {
		o := Operation{Method: "GET", Path: "/a", Status: 200, Data: c.data, Shape: "A"}
		_, faults := p.Success(o, Answer{200, header(), []byte(c.body)})
		if got := strings.Join(faults, "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.data, c.body, got, c.want)
		}
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	p := small(t)
	for _, c := range []struct{ from, to, want string }{
		{`"total_count":1`, `"total_count":1.0`, "meta.total_count"},
		{`"total_count":1`, `"total_count":21`, "page_count"},
		{`"page_count":1`, `"page_count":2`, "page_count"},
		{`"limit":20`, `"limit":0`, "limit"},
		{`"current_page":1`, `"current_page":2`, "has_previous_page"},
		{`"has_next_page":false`, `"has_next_page":true`, "has_next_page"},
		{`"has_next_page":false`, `"has_next_page":null`, "has_next_page"},
		{`"limit":20,`, ``, "keys"},
		{`"limit":20`, `"limit":20,"offset":0`, "keys"},
	} {
		body := `{"message":"m","data":[{"a":""}],` + strings.Replace(onePage, c.from, c.to, 1) + `}`
		_, faults := p.Success(Operation{Status: 200, Data: Page, Shape: "A"}, Answer{200, header(), []byte(body)})
		if got := strings.Join(faults, "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.to, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for name := range header() {
		h := header()
		h.Del(name)
		_, faults := small(t).Success(Operation{Status: 200, Data: Null}, Answer{200, h, []byte(`{"message":"m","data":null}`)})
		if len(faults) != 1 || !strings.Contains(strings.ToLower(faults[0]), strings.ToLower(name)) {
			t.Errorf("without %s: %q", name, faults)
		}
	}
	if _, faults := small(t).Success(Operation{Status: 201, Data: Null}, Answer{200, header(), []byte(`{"message":"m","data":null}`)}); len(faults) != 1 {
		t.Errorf("200 for 201: %q", faults)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	const good = `{"message":"No.","error":"Not Found","code":"not_found","statusCode":404,"request_id":"r","reason":"why"}`
	reason, faults := Refusal("not_found", Answer{404, header(), []byte(good)})
	if reason != "why" || len(faults) > 0 {
		t.Errorf("%q, %q", reason, faults)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"No."`, `""`, "message"},
		{`"No."`, `["a: b"]`, "message"},
		{`Not Found`, `not found`, "error"},
		{`"not_found"`, `"conflict"`, "code"},
		{`404`, `"404"`, "statusCode"},
		{`"r"`, `"q"`, "request_id"},
		{`,"reason":"why"`, `,"reason":""`, "keys"},
		{`,"reason":"why"`, `,"stack":"x"`, "keys"},
		{good, `"No."`, "body"},
	} {
		_, faults := Refusal("not_found", Answer{404, header(), []byte(strings.Replace(good, c.from, c.to, 1))})
		if got := strings.Join(faults, "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.to, got, c.want)
		}
	}
	if _, faults := Refusal("not_found", Answer{400, header(), []byte(good)}); len(faults) == 0 {
		t.Error("not_found with 400 passes")
	}
	if _, faults := Refusal("no_such_code", Answer{404, header(), []byte(good)}); len(faults) == 0 {
		t.Error("a sixteenth code passes")
	}
}

func TestFaultsOfFields(t *testing.T) {
	t.Parallel()
	for message, fine := range map[string]bool{
		`["name: is required","rules.0.id: is no text"]`: true,
		`[]`: false, `"name: x"`: false, `["name is required"]`: false, `["a: "]`: false, `[3]`: false, `[" a: b"]`: false,
	} {
		body := `{"message":` + message + `,"error":"Bad Request","code":"validation_error","statusCode":400,"request_id":"r"}`
		if _, faults := Refusal("validation_error", Answer{400, header(), []byte(body)}); (len(faults) == 0) != fine {
			t.Errorf("%s: %q", message, faults)
		}
	}
}
