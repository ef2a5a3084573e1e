import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

/// Templates of real models, from ../shared/data.
enum RealTemplates {
  static let folder = "chat-templates"

  /// Names and sources in the order of names; empty, with a message, where they are absent.
  static func all() throws -> [(name: String, source: String)] {
    guard let path = SharedData.path(folder) else { return [] }
    return try FileSystem.entries(of: path).filter { $0.hasSuffix(".jinja") }.sorted().compactMap { name in
      try SharedData.bytes("\(folder)/\(name)").map { (name, String(decoding: $0, as: UTF8.self)) }
    }
  }
}

@Suite struct RealTemplateTests {
  @Test func `the templates of 35 models render as with Jinja2`() throws {
    let templates = try RealTemplates.all()
    let chats = try SampleChats.all()
    guard !templates.isEmpty,
      let expected = try JinjaReference.outcomes(templates.map(\.source), chats)
    else { return }
    #expect(templates.count == 35)
    for (index, (name, source)) in templates.enumerated() {
      let template = try ChatTemplate(source)
      var texts = 0
      var raised = 0
      var differing = 0
      for (chat, expected) in zip(chats, expected.dropFirst(index * chats.count)) {
        let outcome = chat.outcome(template)
        switch (outcome, expected) {
        case (.text(let a), .text(let b)) where a.utf8.elementsEqual(b.utf8): texts += 1
        case (.raised(let a), .raised(let b)) where a == b: raised += 1
        case (.failed, .failed): raised += 1
        default:
          differing += 1
          if differing == 1 {
            Issue.record("\(name): \(outcome) instead of \(expected) for \(chat.json.text())")
          }
        }
      }
      print("\(name): equal \(texts) texts and \(raised) errors of \(chats.count), \(differing) differ")
      #expect(differing == 0)
      #expect(texts > 0)
    }
  }
}
