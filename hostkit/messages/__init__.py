"""Messages between the processes of a host, and the channel that carries them."""

from hostkit.messages._channel import Channel, Receiver, Recipient
from hostkit.messages._counts import MessageCounts
from hostkit.messages._envelope import Envelope, Keys, Refusal
from hostkit.messages._inbox import MOST_BYTES, MOST_MESSAGES, Inbox
from hostkit.messages._message import LONGEST_BYTES, Message
from hostkit.messages._messages import Messages
from hostkit.messages._notice import Notice, shown
from hostkit.messages._order import MOST_SENDERS, Order, Senders
from hostkit.messages._redis import RedisChannel
from hostkit.messages._redis_link import RedisLink
from hostkit.messages._share import Share

__all__ = [
    "LONGEST_BYTES",
    "MOST_BYTES",
    "MOST_MESSAGES",
    "MOST_SENDERS",
    "Channel",
    "Envelope",
    "Inbox",
    "Keys",
    "Message",
    "MessageCounts",
    "Messages",
    "Notice",
    "Order",
    "Receiver",
    "Recipient",
    "RedisChannel",
    "RedisLink",
    "Refusal",
    "Senders",
    "Share",
    "shown",
]
