import LMRuntime

/// One message of a chat.
public struct ChatMessage: Sendable, Equatable {
  /// Who says it: `system`, `user`, `assistant`, or another name that the template knows.
  public let role: String
  /// What is said.
  public let content: String

  /// A message.
  public init(_ role: String, _ content: String) {
    self.role = role
    self.content = content
  }

  /// `{"role": …, "content": …}`.
  public var json: JSON { ["role": .string(role), "content": .string(content)] }

  /// Writes messages as `{"messages": […]}`, the form of chats in data.
  /// - Throws: ``LMError`` where the disk refuses.
  public static func save(_ messages: [ChatMessage], to path: String) throws(LMError) {
    let json: JSON = ["messages": .array(messages.map(\.json))]
    try AtomicFile.write(path) { file throws(LMError) in try file.write(json.serialized() + [0x0A]) }
  }

  /// Reads what ``save(_:to:)`` writes.
  /// - Throws: ``LMError`` where the file cannot be read or is no such chat.
  public static func load(_ path: String) throws(LMError) -> [ChatMessage] {
    var messages: [ChatMessage] = []
    for field in try JSONField(try JSON.read(path), in: path)["messages"].array() {
      messages.append(ChatMessage(try field["role"].string(), try field["content"].string()))
    }
    return messages
  }
}
