package lsp

import (
	"encoding/json"
	"errors"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// codec writes protocol types and passes on what is JSON already.
type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	switch m := v.(type) {
	case jsonrpc2.RawMessage:
		return m, nil
	case json.RawMessage:
		return m, nil
	}
	return protocol.Marshal(v)
}

func (codec) Unmarshal(data []byte, v any) error { return decode(data, v) }

// decode reads what an editor sends. A field of another type than expected
// keeps its zero value: one odd field must not cost the whole message. The
// library's own decoders are stricter, and rewrite URIs.
func decode(data []byte, v any) error {
	if len(data) == 0 {
		return nil
	}
	err := json.Unmarshal(data, v)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	if err != nil {
		return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "parameters: %v", err)
	}
	return nil
}
