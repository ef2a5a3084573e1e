import LMRuntime

/// What a SentencePiece `.model` file says: the pieces with their scores, and how text is normalized.
///
/// Kudo and Richardson, "SentencePiece" (arXiv 1808.06226). The values are those of the file, or the defaults
/// that `sentencepiece_model.proto` gives where it is silent.
public struct SentencePieceModel: Sendable, Equatable {
  /// How text is cut into pieces.
  public enum Algorithm: Int32, Sendable {
    /// The most likely sequence of pieces (Kudo, arXiv 1804.10959).
    case unigram = 1
    /// Byte-pair encoding, the piece with the best score first.
    case bpe
    case word
    case character
  }

  /// What a piece is for.
  public enum PieceType: Int32, Sendable {
    case normal = 1
    /// Stands for what no piece covers; there is one.
    case unknown
    /// Never in a text: `<s>`, `</s>`.
    case control
    /// Found in the text before anything else, whole.
    case userDefined
    /// Not produced, and cut further where a merge makes it.
    case unused
    /// A byte, `<0x00>` … `<0xFF>`.
    case byte
  }

  /// An entry of the vocabulary; its position is its id.
  public struct Piece: Sendable, Equatable {
    /// UTF-8 bytes, with ▁ (U+2581) for a space. Never empty.
    public var bytes: [UInt8]
    /// Log-probability (unigram) or minus the order of the merge (BPE). Finite.
    public var score: Float
    /// What it is for.
    public var type: PieceType
  }

  /// Normalization, before encoding or after decoding.
  public struct Normalization: Sendable, Equatable {
    /// Its name, such as `nmt_nfkc`, `identity`.
    public var name = ""
    /// A trie of replacements and the replacements, as the file has them; empty for none. Not yet checked.
    public var precompiledCharsmap: [UInt8] = []
    /// Whether a space goes before the text (after it where ``SentencePieceModel/putsSpaceBehindWords``).
    public var addsDummyPrefix = true
    /// Whether leading, trailing and repeated spaces are removed.
    public var removesExtraSpaces = true
    /// Whether spaces become ▁ (U+2581).
    public var escapesSpaces = true

    /// The format's defaults.
    public init() {}
  }

  /// The pieces by id. One is of type unknown; at most 2²¹.
  public var pieces: [Piece] = []
  /// The model type.
  public var algorithm = Algorithm.unigram
  /// Whether characters without a piece become their bytes.
  public var fallsBackToBytes = false
  /// Whether ▁ stands behind a word and not before it.
  public var putsSpaceBehindWords = false
  /// The id of the unknown piece, as the trainer was told; the id of the piece of that type is what counts.
  public var unknownID: Int32 = 0
  /// Begin of sequence; negative for none.
  public var beginID: Int32 = 1
  /// End of sequence; negative for none.
  public var endID: Int32 = 2
  /// Padding; negative for none.
  public var paddingID: Int32 = -1
  /// The unknown piece's name.
  public var unknownPiece = "<unk>"
  /// The name of begin of sequence.
  public var beginPiece = "<s>"
  /// The name of end of sequence.
  public var endPiece = "</s>"
  /// The name of padding.
  public var paddingPiece = "<pad>"
  /// What the unknown piece is decoded to.
  public var unknownSurface = " \u{2047} "
  /// Before encoding.
  public var normalizer = Normalization()
  /// After decoding.
  public var denormalizer = Normalization()

  /// A model without pieces, with the format's defaults.
  public init() {}
}
