import LMRuntime
import LMTensor

/// A `.bin` file of llama2.c in its legacy layout: seven whole numbers, then float32 weights in a fixed order.
///
/// The vocabulary size is negative where the head is a matrix of its own. Queries and keys have the two rows that
/// rotate together side by side.
public struct Llama2CFile: Sendable {
  /// Width D.
  public let width: Int
  /// Hidden width F.
  public let hiddenWidth: Int
  /// Layers L.
  public let layers: Int
  /// Query heads H.
  public let heads: Int
  /// Key/value heads G.
  public let keyValueHeads: Int
  /// Vocabulary V.
  public let vocabularySize: Int
  /// Longest sequence T.
  public let contextLength: Int
  /// Whether the head is the embedding table.
  public let tiesHead: Bool
  /// The weights, mapped, under the names that transformers gives those of Llama.
  public let tensors: NamedTensors

  /// Opens and checks the file at `path`.
  /// - Throws: ``LMError`` where the sizes cannot be or do not give the size of the file.
  /// - Complexity: O(layers).
  public init(_ path: String) throws(LMError) {
    let file = try MappedFile(path)
    try Self.checkKind(file)
    let sizes = try file.withBytes { bytes throws(LMError) in
      var reader = ByteReader(bytes, from: path)
      var sizes: [Int] = []
      for _ in 0..<7 { sizes.append(Int(try reader.readInteger(Int32.self, "the seven sizes"))) }
      return sizes
    }
    (width, hiddenWidth, layers, heads) = (sizes[0], sizes[1], sizes[2], sizes[3])
    (keyValueHeads, vocabularySize, contextLength) = (sizes[4], abs(sizes[5]), sizes[6])
    tiesHead = sizes[5] > 0
    let limits = [1 << 17, 1 << 20, 4_096, 4_096, 4_096, 1 << 24, 1 << 20]
    let found = [width, hiddenWidth, layers, heads, keyValueHeads, vocabularySize, contextLength]
    guard zip(found, limits).allSatisfy({ (1...$1).contains($0) }), width % (2 * heads) == 0,
      heads % keyValueHeads == 0
    else {
      throw LMError(
        at: "\(path), byte 0", "begins with the sizes \(sizes), which no Llama has",
        remedy: "give a legacy .bin file of llama2.c")
    }
    let plan = Self.plan(
      width, hiddenWidth, layers, heads: heads, width / heads * keyValueHeads, vocabularySize, contextLength,
      tiesHead: tiesHead)
    let count = plan.reduce(28) { $0 + 4 * $1.shape.reduce(1, *) }
    guard file.count == count else {
      throw LMError(
        at: path, "has \(file.count) bytes, its sizes \(sizes) need \(count)",
        remedy: "give a complete legacy .bin file of llama2.c")
    }
    var tensors = NamedTensors()
    let storage = Storage(borrowing: file.bytes, owner: file)
    var offset = 28
    for part in plan {
      if let name = part.name {
        tensors[name] = Tensor(part.shape, dtype: .float32, storage: storage, byteOffset: offset)
      }
      offset += 4 * part.shape.reduce(1, *)
    }
    self.tensors = tensors
  }

  /// Refuses files that are something else by their first bytes.
  private static func checkKind(_ file: MappedFile) throws(LMError) {
    let isVersioned = file.withBytes { $0.starts(with: [0x32, 0x34, 0x6B, 0x61]) }
    if isVersioned {
      throw LMError(
        at: "\(file.path), byte 0", "is a .bin file of llama2.c of version 1 or 2",
        remedy: "export it again with llama2.c's export.py --version 0")
    }
  }

  /// Names and shapes in the order of the file; what has no name is passed over.
  private static func plan(
    _ width: Int, _ hidden: Int, _ layers: Int, heads: Int, _ keyWidth: Int, _ vocabulary: Int,
    _ context: Int,
    tiesHead: Bool
  ) -> [(name: String?, shape: [Int])] {
    func each(_ name: String, _ shape: [Int]) -> [(name: String?, shape: [Int])] {
      (0..<layers).map { ("model.layers.\($0).\(name).weight", shape) }
    }
    var plan: [(name: String?, shape: [Int])] = [("model.embed_tokens.weight", [vocabulary, width])]
    plan += each("input_layernorm", [width])
    plan += each("self_attn.q_proj", [width, width])
    plan += each("self_attn.k_proj", [keyWidth, width])
    plan += each("self_attn.v_proj", [keyWidth, width])
    plan += each("self_attn.o_proj", [width, width])
    plan += each("post_attention_layernorm", [width])
    plan += each("mlp.gate_proj", [hidden, width])
    plan += each("mlp.down_proj", [width, hidden])
    plan += each("mlp.up_proj", [hidden, width])
    plan.append(("model.norm.weight", [width]))
    // Cosines and sines of the positions.
    plan += Array(repeating: (nil, [context, width / heads / 2]), count: 2)
    if !tiesHead { plan.append(("lm_head.weight", [vocabulary, width])) }
    return plan
  }
}
