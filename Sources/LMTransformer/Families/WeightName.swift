/// Where one tensor of a model file lies in the parameters of ``Transformer``.
public struct WeightName: Sendable {
  /// How the file lays the tensor out.
  public enum Layout: Sendable, Equatable {
    /// Rows `[outputs, inputs]`, as here.
    case plain
    /// `[inputs, outputs]` (GPT-2's Conv1D).
    case transposed
    /// Query, key and value rows of each head side by side: `[H, 3, d]` (Bloom, GPT-NeoX).
    case interleavedHeads(headWidth: Int)
    /// The two rows that rotate together side by side: `[H, d/2, 2]`, where here the halves of a head follow one
    /// another: `[H, 2, d/2]` (Llama in GGUF and in llama2.c).
    case rotaryPairs(headWidth: Int)
  }

  /// Name in the file.
  public let name: String
  /// ``Parameter/name`` here.
  public let parameter: String
  /// First row of the parameter that the tensor fills, and the number of rows; nil for all of them.
  public let rows: Range<Int>?
  /// Layout in the file.
  public let layout: Layout
  /// Shape to write as zeros where the model has no such parameter but the family's files do (biases).
  public let zeros: [Int]?
  /// What a value here exceeds the file's by: 1 where files hold w and the norm takes 1 + w (Gemma). With one, a
  /// value below 1/2 loses its last bits in the file.
  public var offset: Float = 0
  /// Names in other files: of an older version of the family, or of a model that this one is part of.
  public var otherNames: [String] = []

  /// A tensor `name` of the file for `parameter` or some of its rows.
  public init(
    _ name: String, _ parameter: String, rows: Range<Int>? = nil, layout: Layout = .plain, zeros: [Int]? = nil
  ) {
    self.name = name
    self.parameter = parameter
    self.rows = rows
    self.layout = layout
    self.zeros = zeros
  }

  /// The same place under another name and in another layout, the value as it is here.
  func renamed(_ name: String, _ layout: Layout) -> WeightName {
    WeightName(name, parameter, rows: rows, layout: layout, zeros: zeros)
  }
}
