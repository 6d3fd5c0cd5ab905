-- FreeRADIUS's tables for PostgreSQL, with the column names of its queries, and the simulated plant beside them.
CREATE TABLE IF NOT EXISTS radcheck (
    id serial PRIMARY KEY, username text NOT NULL DEFAULT '', attribute text NOT NULL DEFAULT '',
    op varchar(2) NOT NULL DEFAULT '==', value text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS radcheck_username ON radcheck (username, attribute);
CREATE TABLE IF NOT EXISTS radreply (
    id serial PRIMARY KEY, username text NOT NULL DEFAULT '', attribute text NOT NULL DEFAULT '',
    op varchar(2) NOT NULL DEFAULT '=', value text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS radreply_username ON radreply (username, attribute);
CREATE TABLE IF NOT EXISTS radgroupcheck (
    id serial PRIMARY KEY, groupname text NOT NULL DEFAULT '', attribute text NOT NULL DEFAULT '',
    op varchar(2) NOT NULL DEFAULT '==', value text NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS radgroupreply (
    id serial PRIMARY KEY, groupname text NOT NULL DEFAULT '', attribute text NOT NULL DEFAULT '',
    op varchar(2) NOT NULL DEFAULT '=', value text NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS radusergroup (
    id serial PRIMARY KEY, username text NOT NULL DEFAULT '', groupname text NOT NULL DEFAULT '',
    priority integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS radusergroup_username ON radusergroup (username);
CREATE TABLE IF NOT EXISTS radacct (
    radacctid bigserial PRIMARY KEY, acctsessionid text NOT NULL, acctuniqueid text NOT NULL UNIQUE,
    username text, realm text, nasipaddress inet NOT NULL, nasportid text, nasporttype text,
    acctstarttime timestamptz, acctupdatetime timestamptz, acctstoptime timestamptz,
    acctinterval bigint, acctsessiontime bigint, acctauthentic text, connectinfo_start text, connectinfo_stop text,
    acctinputoctets bigint, acctoutputoctets bigint, calledstationid text, callingstationid text,
    acctterminatecause text, servicetype text, framedprotocol text, framedipaddress inet,
    framedipv6address inet, framedipv6prefix inet, framedinterfaceid text, delegatedipv6prefix inet, class text
);
CREATE INDEX IF NOT EXISTS radacct_open_user ON radacct (username) WHERE acctstoptime IS NULL;
CREATE INDEX IF NOT EXISTS radacct_ended_user ON radacct (username, acctstoptime);
CREATE TABLE IF NOT EXISTS radpostauth (
    id bigserial PRIMARY KEY, username text NOT NULL, pass text, reply text, calledstationid text,
    callingstationid text, authdate timestamptz NOT NULL DEFAULT now(), class text
);
CREATE INDEX IF NOT EXISTS radpostauth_username ON radpostauth (username);
CREATE TABLE IF NOT EXISTS nas (
    id serial PRIMARY KEY, nasname text NOT NULL, shortname text NOT NULL, type text NOT NULL DEFAULT 'other',
    ports integer, secret text NOT NULL, server text, community text, description text
);
CREATE TABLE IF NOT EXISTS simulated_line (
    onu text PRIMARY KEY, pppoe_login text NOT NULL UNIQUE, olt text NOT NULL, pon text NOT NULL, cto text NOT NULL,
    state text NOT NULL, rx_dbm double precision, lit_dbm double precision NOT NULL, since timestamptz NOT NULL
);
-- What a folder of an older version may lack.
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS area text NOT NULL DEFAULT '';
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS number integer;
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS description text NOT NULL DEFAULT '';
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS line_profile text NOT NULL DEFAULT '';
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS service_profile text NOT NULL DEFAULT '';
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS vlan integer;
ALTER TABLE simulated_line ADD COLUMN IF NOT EXISTS active boolean NOT NULL DEFAULT true;
CREATE TABLE IF NOT EXISTS simulated_pon (
    olt text NOT NULL, pon text NOT NULL, capacity integer NOT NULL, PRIMARY KEY (olt, pon)
);
CREATE TABLE IF NOT EXISTS simulated_found (
    onu text PRIMARY KEY, olt text NOT NULL, pon text NOT NULL, cto text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '', lit_dbm double precision NOT NULL DEFAULT -20, since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS simulated_router (
    login text PRIMARY KEY, ssid text NOT NULL, password text NOT NULL, channel integer NOT NULL DEFAULT 0,
    restarted_at timestamptz NOT NULL DEFAULT now() - interval '9 days'
);
