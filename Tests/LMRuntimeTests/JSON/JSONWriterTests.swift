import LMRuntime
import Testing

@Suite struct JSONWriterTests {
  @Test func `compact is one line without spaces`() {
    #expect((["a": [1, 2.0], "b": [:]] as JSON).text() == #"{"a":[1,2.0],"b":{}}"#)
  }

  // Expected text from Python 3.11: json.dumps(value, indent=2, ensure_ascii=False).
  @Test func `pretty is what Python writes`() {
    let value: JSON = [
      "a": [1, [], [:], ["x": nil]], "é": "\u{1}\u{1f}\u{7f}\"\\/\n\t\r\u{8}\u{c}😀",
      "f": [1e16, 1e-5, 0.0001, 1e22, -0.0],
    ]
    #expect(
      value.text(.pretty) == """
        {
          "a": [
            1,
            [],
            {},
            {
              "x": null
            }
          ],
          "é": "\\u0001\\u001f\u{7f}\\"\\\\/\\n\\t\\r\\b\\f😀",
          "f": [
            1e+16,
            1e-05,
            0.0001,
            1e+22,
            -0.0
          ]
        }
        """)
  }

  @Test func `numbers that are not finite become null`() {
    #expect(JSON.array([.number(.nan), .number(.infinity)]).text() == "[null,null]")
  }
}
