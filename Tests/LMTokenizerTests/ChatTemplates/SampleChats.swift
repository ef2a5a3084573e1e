import LMRuntime

/// Conversations of all the kinds that templates tell apart.
enum SampleChats {
  /// Each conversation with and without tools, with and without a generation prompt, and with flags.
  static func all() throws -> [JinjaReference.Chat] {
    let tools = try tools()
    let flags = try flags()
    var result: [JinjaReference.Chat] = []
    for (index, messages) in try conversations().enumerated() {
      for withTools in [false, true] {
        for prompt in [false, true] {
          // Two of the sets of flags each, so that all occur with all kinds of conversations.
          for flag in [index % flags.count, (index + 1 + (prompt ? 2 : 0)) % flags.count] {
            result.append(
              JinjaReference.Chat(
                messages: messages, tools: withTools ? tools[index % tools.count] : nil,
                addGenerationPrompt: prompt,
                variables: flags[flag]))
          }
        }
      }
    }
    return result
  }

  private static func parse(_ text: String) throws -> JSON { try JSON.parse(text, from: "sample chats") }

  private static func lists(_ text: String) throws -> [[JSON]] {
    try JSONField(try parse(text), in: "sample chats").array().map { try $0.array().map(\.value) }
  }

  static func flags() throws -> [JSONObject] {
    try JSONField(
      try parse(
        """
        [{"bos_token": "<s>", "eos_token": "</s>"},
         {"bos_token": "<bos>", "eos_token": "<eos>", "enable_thinking": true, "thinking": true},
         {"bos_token": "", "eos_token": "", "enable_thinking": false, "thinking": false, "unk_token": "<unk>"},
         {"bos_token": "<|b|>", "eos_token": "<|e|>", "reasoning_effort": "high", "thinking_effort": "low",
          "date_string": "26 Jul 2024", "clear_thinking": false, "preserved_thinking": true},
         {"bos_token": "<s>", "eos_token": "</s>", "reasoning_effort": "max", "thinking": true,
          "drop_thinking": false, "is_training": true, "builtin_tools": ["brave_search", "wolfram_alpha"],
          "tools_in_user_message": false, "reasoning_strength": "low", "current_date": "2025-01-02"},
         {"eos_token": "</s>", "reasoning_effort": "no_think", "add_bos_token": true, "keep_past_thinking": true,
          "response_format": {"type": "json_schema", "json_schema": {"schema": {"b": 1, "a": [1.5, null]}}},
          "tool_choice": "required"}]
        """), in: "sample chats"
    ).array().map { try $0.object() }
  }

  static func tools() throws -> [[JSON]] {
    try lists(
      #"""
      [[{"type": "function", "function": {"name": "get_weather", "description": "Weather of a city.", "parameters":
          {"type": "object", "properties": {"city": {"type": "string", "description": "The city's name"},
            "unit": {"type": "string", "enum": ["c", "f"], "default": "c", "description": "Unit."}},
           "required": ["city"]}}}],
       [{"type": "function", "function": {"name": "calc.add", "description": "Adds <numbers> & 'more' \"quotes\" é 😀.",
          "parameters": {"type": "object", "properties": {
            "values": {"type": "array", "items": {"type": "number"}, "description": "Zahlen\nüber Zeilen"},
            "options": {"type": "object", "properties": {"round": {"type": "boolean", "nullable": true},
               "deep": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer",
                 "minimum": 0, "maximum": 1e3}}, "required": ["x"]}}}, "required": []},
            "kind": {"oneOf": [{"type": "string"}, {"type": "integer", "default": 3}], "description": "Either"},
            "mode": {"type": ["string", "null"], "examples": ["a", "b"], "format": "x"}},
           "required": ["values", "kind"]}, "return": {"type": "number", "description": "The sum"}}},
        {"type": "function", "function": {"name": "now", "description": "The time", "parameters":
          {"type": "object", "properties": {}}, "response": {"type": "OBJECT", "description": "time"}}}],
       [{"type": "function", "function": {"name": "noop", "description": "Nothing", "parameters":
          {"type": "object", "properties": {"a": {"type": "array", "description": "no items"}}}}},
        {"type": "code_interpreter"}],
       [{"name": "bare", "description": "Not wrapped", "parameters": {"type": "object", "properties":
          {"q": {"type": "string"}}, "required": ["q"]}}]]
      """#)
  }

  static func conversations() throws -> [[JSON]] {
    try lists(
      #"""
      [[{"role": "user", "content": "Hello"}],
       [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi there"}],
       [{"role": "system", "content": ""}, {"role": "user", "content": ""}],
       [{"role": "user", "content": "  spaces\n\nand lines \n"}, {"role": "assistant", "content": " Answer. "},
        {"role": "user", "content": "Next é 漢字 😀 <|im_end|>"}],
       [{"role": "system", "content": "S"}, {"role": "user", "content": "1"}, {"role": "assistant", "content": "2"},
        {"role": "user", "content": "3"}, {"role": "assistant", "content": "4"}, {"role": "user", "content": "5"}],
       [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}],
       [{"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_0001", "type": "function", "function":
          {"name": "get_weather", "arguments": {"city": "Oslo", "unit": "c"}}}]},
        {"role": "tool", "name": "get_weather", "tool_call_id": "call_0001", "content": "{\"t\": -3.5}"}],
       [{"role": "system", "content": "Use tools."}, {"role": "user", "content": "Weather in Oslo?"},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "abcdefghi", "type": "function", "function":
          {"name": "get_weather", "arguments": "{\"city\": \"Oslo\"}"}}]},
        {"role": "tool", "name": "get_weather", "tool_call_id": "abcdefghi", "content": "cold"},
        {"role": "assistant", "content": "It is cold."}, {"role": "user", "content": "Thanks"}],
       [{"role": "user", "content": "Two calls"},
        {"role": "assistant", "content": "I will look.", "reasoning_content": "Think about it.", "tool_calls": [
          {"id": "call00001", "type": "function", "function": {"name": "calc.add", "arguments":
             {"values": [1, 2.5, -3e20], "options": {"round": true, "deep": [{"x": 1}]}, "kind": null, "mode": "é\"'"}}},
          {"id": "call00002", "type": "function", "function": {"name": "now", "arguments": {}}}]},
        {"role": "tool", "name": "calc.add", "tool_call_id": "call00001", "content": "0.5"},
        {"role": "tool", "name": "now", "tool_call_id": "call00002", "content": "12:00"},
        {"role": "assistant", "content": "Done.", "reasoning_content": "I have both."},
        {"role": "user", "content": "And now?"}],
       [{"role": "user", "content": [{"type": "text", "text": "Part one. "}, {"type": "text", "text": "Part two."}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}]},
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}],
       [{"role": "system", "content": [{"type": "text", "text": "System in parts"}]},
        {"role": "user", "content": "ok"}],
       [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nA"},
        {"role": "user", "content": "Q2"}],
       [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A", "reasoning_content": "because"},
        {"role": "user", "content": "Q2"}, {"role": "assistant", "reasoning": "r", "content": "A2"}],
       [{"role": "user", "content": null}],
       [{"role": "assistant", "content": "I start"}, {"role": "user", "content": "fine"}],
       [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
       [{"role": "developer", "content": "Developer speaks"}, {"role": "user", "content": "x"}],
       [{"role": "user", "content": "x"}, {"role": "other", "content": "y"}],
       [{"role": "user"}],
       [{"role": "user", "content": "call"},
        {"role": "assistant", "tool_calls": [{"id": "t1", "type": "function", "function":
          {"name": "noop", "arguments": {"a": [], "b": {}, "c": "multi\nline", "d": 1.0, "e": false}}}]},
        {"role": "tool", "tool_call_id": "t1", "content": [{"type": "text", "text": "part"}]},
        {"role": "user", "content": "and?"}],
       [{"role": "user", "content": "call"},
        {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function":
          {"name": "noop", "arguments": {}}}]},
        {"role": "tool", "content": {"ok": true, "list": [1, "two", null]}}],
       [{"role": "tool", "content": "nobody asked", "name": "get_weather"}],
       [{"role": "system", "content": "one"}, {"role": "system", "content": "two"}, {"role": "user", "content": "q"}],
       [{"role": "user", "content": "q"}, {"role": "system", "content": "late"}, {"role": "user", "content": "q2"}],
       [{"role": "user", "content": "q", "name": "Ann"}, {"role": "assistant", "content": "a", "name": "Bot"},
        {"role": "user", "content": "/no_think stop"}],
       [{"role": "user", "content": "Line one\r\nLine two\ttab <b>&amp;</b> {{ x }} {% if %} \\ \" '"}],
       [{"role": "user", "content": 5}],
       [{"role": "assistant", "content": {"blocks": [{"type": "thoughts", "text": "t"}, {"type": "tool_calls", "calls":
          [{"name": "display_answers", "arguments": "{}"}]}, {"type": "response", "text": "r"}]}},
        {"role": "user", "content": {"parts": [{"type": "text", "text": "p"}]}}],
       [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "thinking": "hidden", "tool_plan": "plan",
         "tool_calls": [{"id": "0", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "X"}}}]},
        {"role": "tool", "tool_call_id": "0", "name": "get_weather", "content": "1"},
        {"role": "tool", "tool_call_id": "0", "name": "get_weather", "content": "2"},
        {"role": "assistant", "content": "end"}],
       [{"role": "ipython", "content": "out"}, {"role": "function", "name": "f", "content": "v"}],
       []]
      """#)
  }
}
