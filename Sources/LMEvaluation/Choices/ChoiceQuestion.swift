import LMRuntime

/// A question with given answers.
public struct ChoiceQuestion: Sendable, Equatable {
  /// What stands before the answer.
  public let prompt: String
  /// The answers; at least two, none is empty.
  public let choices: [String]
  /// Index of the right one.
  public let answer: Int

  /// A question.
  public init(prompt: String, choices: [String], answer: Int) {
    precondition(choices.indices.contains(answer), "ChoiceQuestion: answer \(answer) of \(choices.count)")
    self.prompt = prompt
    self.choices = choices
    self.answer = answer
  }

  /// Reads `{"question" or "prompt": …, "choices": […], "answer": index from 0 or letter}` from each line.
  /// - Throws: ``LMError`` with the line that is wrong.
  public static func read(_ path: String) throws(LMError) -> [ChoiceQuestion] {
    var questions: [ChoiceQuestion] = []
    for record in try JSONRecords.read(path) { questions.append(try ChoiceQuestion(record)) }
    return questions
  }

  init(_ record: JSONField) throws(LMError) {
    let question = try record.optional("question")
    prompt = if let question { try question.string() } else { try record["prompt"].string() }
    let fields = try record["choices"].array()
    guard fields.count > 1 else {
      throw try record["choices"].failure("has \(fields.count) choices", remedy: "give at least two")
    }
    var texts: [String] = []
    for field in fields {
      let text = try field.string()
      guard !text.isEmpty else { throw field.failure("is empty", remedy: "write the answer") }
      texts.append(text)
    }
    choices = texts
    answer = try Self.answer(try record["answer"], of: texts.count)
  }

  /// An index from 0, or a letter from A, in small or capital letters.
  private static func answer(_ field: JSONField, of count: Int) throws(LMError) -> Int {
    guard case .string(let text) = field.value else { return try field.integer(in: 0...count - 1) }
    let letters = Array(text.utf8)
    if letters.count == 1, (0x41...0x5A).contains(letters[0] & 0xDF) {
      let index = Int(letters[0] & 0xDF) - 0x41
      if index < count { return index }
    }
    throw field.unexpected("an index from 0 to \(count - 1), or one of the first \(count) letters")
  }
}
